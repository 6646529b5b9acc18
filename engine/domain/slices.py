"""Long work on the loop in slices: after so many items everything else has its turn, so that the window lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

SLICE = 200
"""Items in one go: a few milliseconds of what is done with a row or a task."""

T = TypeVar("T")


async def in_slices(items: Iterable[T], size: int = SLICE) -> AsyncIterator[T]:
    """Go over `items`; the loop runs what else waits after each `size` of them."""
    for place, item in enumerate(items, 1):
        yield item
        if place % size == 0:
            await asyncio.sleep(0)
