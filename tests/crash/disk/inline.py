"""Runs the engine, its real store and its real files on virtual time and one thread: the same in every run.

What goes to an executor is done at once, so that the operations on the disk come in one order and nothing waits for
them; timers jump.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from tests.virtual_time import VirtualLoop

P = ParamSpec("P")
T = TypeVar("T")


class Inline(ThreadPoolExecutor):
    """An executor that has no thread."""

    def __init__(self) -> None:
        """Be ready."""
        super().__init__(1)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it now."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            future.set_exception(error)
        return future


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
