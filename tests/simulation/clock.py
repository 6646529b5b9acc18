"""The world's two clocks: seconds that only go forward, and a wall clock that may jump either way."""

from __future__ import annotations

import time

from tests.simulation.loop import WorldLoop

NOON_MS = 1_795_521_600_000
"""2026-11-24, noon UTC."""

BEGIN_S = 1000.0
DAY_MS = 86_400_000


class WorldClock:
    """See `engine.domain.clock.Clock`; it outlives the loops of single lives."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.loop: WorldLoop | None = None
        self.offset_ms = 0
        """How far the wall clock was set off."""
        self._days: dict[int, str] = {}

    def monotonic(self) -> float:
        """See `Clock`."""
        return BEGIN_S if self.loop is None else self.loop.now

    def wall_ms(self) -> int:
        """See `Clock`."""
        return NOON_MS + round((self.monotonic() - BEGIN_S) * 1000) + self.offset_ms

    def local_day(self, at_ms: int) -> str:
        """Return the day in UTC."""
        number = at_ms // DAY_MS
        if number not in self._days:
            self._days[number] = time.strftime("%Y-%m-%d", time.gmtime(at_ms / 1000))
        return self._days[number]

    def set_off(self, seconds: float) -> None:
        """Let the wall clock jump."""
        self.offset_ms += round(seconds * 1000)
