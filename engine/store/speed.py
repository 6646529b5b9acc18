"""How fast saving is: percentiles over the last minutes, by two distributions that take turns."""

from __future__ import annotations

from engine.domain.clock import Clock
from engine.domain.samples import Samples

TURN_S = 120.0
"""Seconds after which the older distribution is dropped."""

FRESH_S = 1.0
"""Seconds for which percentiles once computed are good enough."""


class Speed:
    """Seconds from the call to durable."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nothing saved."""
        self._clock = clock
        self._now, self._before = Samples(), Samples()
        self._turn_at = clock.monotonic() + TURN_S
        self._read: tuple[float, float] = (0.0, 0.0)
        self._read_at = float("-inf")
        self.last_saved_at_ms: int | None = None

    def saved(self, seconds: float, times: int = 1) -> None:
        """Take in one save, or as many that took as long."""
        now = self._clock.monotonic()
        if now >= self._turn_at:
            self._now, self._before = Samples(), self._now
            self._turn_at = now + TURN_S
        self._now.add(seconds * 1000, times)
        self.last_saved_at_ms = self._clock.wall_ms()

    def percentiles_ms(self) -> tuple[float, float]:
        """Return p50 and p99 in milliseconds, at most a second old; zeros before the first save."""
        now = self._clock.monotonic()
        if now - self._read_at >= FRESH_S:
            self._read_at = now
            longer = max(self._now, self._before, key=lambda samples: samples.count)
            figures = longer.distribution()
            self._read = (figures.p50, figures.p99)
        return self._read
