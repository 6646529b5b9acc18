"""Fixtures of the providers' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.wire import Wire, serving


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A server that says what the test tells it to."""
    async with serving() as wire:
        yield wire
