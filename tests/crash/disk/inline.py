"""Runs the engine, its real store and its real files on virtual time and one thread: the same in every run.

What goes to an executor is done at once, so that the operations on the disk come in one order and nothing waits for
them; timers jump.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.inline import Inline
from tests.virtual_time import VirtualLoop

T = TypeVar("T")


class InlineLoop(VirtualLoop):
    """Virtual time, and no thread for what goes to the loop's own executor."""

    def __init__(self) -> None:
        """Begin."""
        super().__init__()
        self.set_default_executor(Inline())

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio's own
        """Do nothing: asyncio would wait for a thread of its own here."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        return runner.run(coroutine)
