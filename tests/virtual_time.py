"""An event loop whose clock jumps to the next timer: tests of hours run in milliseconds, and the same every time.

Only for code with no sockets and no threads: there is nothing to wait for but timers.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _JumpingSelector(selectors.SelectSelector):
    """Waits by moving the loop's clock."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise RuntimeError("nothing will ever happen: the test waits for something that has no timer")
        self.loop.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A selector loop on virtual time."""

    def __init__(self) -> None:
        """Begin at second 1,000."""
        self.now = 1000.0
        selector = _JumpingSelector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Return the virtual time."""
        return self.now


class LoopClock:
    """`engine.domain.clock.Clock` on the running loop's time; the wall moves with it."""

    def monotonic(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    def wall_ms(self) -> int:
        """Return a wall time that starts on 2026-11-24 at noon UTC and moves with the loop."""
        return 1_795_521_600_000 + round((self.monotonic() - 1000.0) * 1000)

    def local_day(self, at_ms: int) -> str:
        """Return the day in UTC."""
        days = at_ms // 86_400_000 - 1_795_521_600_000 // 86_400_000
        return f"2026-11-{24 + days:02d}"


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)
