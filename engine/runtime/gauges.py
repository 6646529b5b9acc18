"""Figures over all tasks that are only of this run of the program: speeds, counts, distributions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

from engine.domain.progress import ProviderHealth, Statistics
from engine.domain.samples import Samples
from engine.runtime.burn import Burn

RATE_WINDOW_S = 3.0
BUCKET_S = 0.25
RECENT = 50
"""Attempts that a provider's medians look back on."""


class Rate:
    """Things a second over the last `RATE_WINDOW_S` seconds, and their total. O(1) a call."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.total = 0
        self._owed = 0
        self._buckets: deque[tuple[int, int]] = deque()

    def add(self, count: int, now: float) -> None:
        """Count `count` things at `now`; what was over-estimated before is taken off first."""
        if self._owed:
            paid = min(self._owed, count)
            self._owed -= paid
            count -= paid
        self.total += count
        bucket = int(now / BUCKET_S)
        if self._buckets and self._buckets[-1][0] == bucket:
            self._buckets[-1] = (bucket, self._buckets[-1][1] + count)
        else:
            self._buckets.append((bucket, count))
            self._trim(now)

    def correct(self, estimated: int, true: int, now: float) -> None:
        """Replace an estimate that was added; the total never falls, a surplus is taken off later counts."""
        if true >= estimated:
            self.add(true - estimated, now)
        else:
            self._owed += estimated - true

    def per_second(self, now: float) -> float:
        """Return the present speed."""
        self._trim(now)
        return sum(count for _, count in self._buckets) / RATE_WINDOW_S

    def _trim(self, now: float) -> None:
        oldest = int((now - RATE_WINDOW_S) / BUCKET_S)
        while self._buckets and self._buckets[0][0] <= oldest:
            self._buckets.popleft()


@dataclass(slots=True, kw_only=True)
class ProviderGauge:
    """How one provider answers."""

    streams: int = 0
    first_token: deque[float] = field(default_factory=lambda: deque[float](maxlen=RECENT))
    latency: deque[float] = field(default_factory=lambda: deque[float](maxlen=RECENT))
    last_error: str = ""

    def health(self, name: str) -> ProviderHealth:
        """Return it as a value."""
        return ProviderHealth(
            name=name,
            streams=self.streams,
            first_token_s=median(self.first_token) if self.first_token else None,
            latency_s=median(self.latency) if self.latency else None,
            last_error=self.last_error,
        )


@dataclass(slots=True, kw_only=True)
class Gauges:
    """All of them."""

    output: Rate = field(default_factory=Rate)
    input: Rate = field(default_factory=Rate)
    spent: Burn = field(default_factory=Burn)
    speed: Samples = field(default_factory=Samples)
    first_token: Samples = field(default_factory=Samples)
    step: Samples = field(default_factory=Samples)
    providers: dict[str, ProviderGauge] = field(default_factory=dict[str, ProviderGauge])
    attempts: int = 0
    retries: int = 0
    rate_limited: int = 0
    unsaved: int = 0

    def provider(self, name: str) -> ProviderGauge:
        """Return a provider's gauge, new where there is none."""
        return self.providers.setdefault(name, ProviderGauge())

    @property
    def streams(self) -> int:
        """Requests in flight."""
        return sum(gauge.streams for gauge in self.providers.values())

    def statistics(self) -> Statistics:
        """Return the distributions."""
        return Statistics(
            tokens_per_s=self.speed.distribution(),
            first_token_s=self.first_token.distribution(),
            step_s=self.step.distribution(),
        )
