"""Time and chance as values passed in, so that a simulation owns both. The fakes stand beside the ports."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Protocol

from engine.domain.ids import AttemptId, TaskId, ulid


class Clock(Protocol):
    """Two clocks: one that only goes forward, one that people read and that may jump."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; its zero means nothing."""
        ...

    def wall_ms(self) -> int:
        """Milliseconds since the epoch; may jump either way."""
        ...

    def local_day(self, at_ms: int) -> str:
        """Return the person's local date at a wall time, as YYYY-MM-DD."""
        ...


class Random(Protocol):
    """The one kind of chance the engine uses: jitter."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...


class SystemClock:
    """The computer's own clocks."""

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def wall_ms(self) -> int:
        """See `Clock`."""
        return time.time_ns() // 1_000_000

    def local_day(self, at_ms: int) -> str:
        """See `Clock`."""
        return time.strftime("%Y-%m-%d", time.localtime(at_ms / 1000))


@dataclass(slots=True)
class ManualClock:
    """A clock that stands until it is moved: for tests."""

    now: float = 0.0
    wall: int = 1_800_000_000_000

    def monotonic(self) -> float:
        """See `Clock`."""
        return self.now

    def wall_ms(self) -> int:
        """See `Clock`."""
        return self.wall

    def local_day(self, at_ms: int) -> str:
        """Return the UTC date: a test does not depend on where it runs."""
        return time.strftime("%Y-%m-%d", time.gmtime(at_ms / 1000))

    def move(self, seconds: float) -> None:
        """Let both clocks go forward by `seconds`."""
        self.now += seconds
        self.wall += round(seconds * 1000)


@dataclass(slots=True)
class UlidIds:
    """Ids from a clock and a generator: `secrets.SystemRandom()` for people, a seeded one for simulation."""

    clock: Clock
    rng: random.Random
    _last: int = field(default=0)

    def _next(self) -> str:
        self._last = max(self._last, self.clock.wall_ms())
        return ulid(self._last, self.rng.getrandbits(80))

    def task(self) -> TaskId:
        """See `Ids`."""
        return TaskId(self._next())

    def attempt(self) -> AttemptId:
        """See `Ids`."""
        return AttemptId(self._next())
