"""Time in which the process stood still: stopped, or asleep with the computer. It is nobody's lateness."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TICK_S = 0.5
"""Seconds between two looks at the clock."""

GAP_S = 1.0
"""A tick later than this was not late: nothing ran."""


class Gaps:
    """A tick that notices when it comes far too late."""

    def __init__(self, on_gap: Callable[[float], None]) -> None:
        """Call `on_gap` with the seconds of each gap."""
        self._on_gap = on_gap
        self._total = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def total(self) -> float:
        """Seconds of all gaps so far."""
        return self._total

    def start(self) -> None:
        """Begin to tick on the running loop."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(loop.time() + TICK_S, self._tick, loop, loop.time() + TICK_S)

    def stop(self) -> None:
        """Tick no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late = loop.time() - due
        if late > GAP_S:
            self._total += late
            self._on_gap(late)
        self.start()
