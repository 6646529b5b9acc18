"""Time in which the process stood still: stopped, or asleep with the computer. It is nobody's lateness."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TICK_S = 0.5
"""Seconds between two looks at the clock."""

GAP_S = 1.0
"""A tick later than this was not late: nothing ran."""


class Gaps:
    """A tick that notices when it comes far too late, or whoever asks before it does.

    A gap counts from the last look, so at most a tick too much: what it is credited to is late by that, never early.
    """

    def __init__(self, on_gap: Callable[[float], None]) -> None:
        """Call `on_gap` with the seconds of each gap."""
        self._on_gap = on_gap
        self._total = 0.0
        self._looked_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def total(self) -> float:
        """Seconds of all gaps so far, one that ended just now among them."""
        self._look()
        return self._total

    def start(self) -> None:
        """Begin to tick on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._looked_at = self._loop.time()
        self._timer = self._loop.call_at(self._looked_at + TICK_S, self._tick)

    def stop(self) -> None:
        """Tick no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._loop = None

    def _tick(self) -> None:
        self._look()
        self.start()

    def _look(self) -> None:
        if self._loop is None:
            return
        now = self._loop.time()
        gap = now - self._looked_at
        if gap > TICK_S + GAP_S:
            self._looked_at = now
            self._total += gap
            self._on_gap(gap)
