"""Distributions in bounded memory: the one place that knows hdrhistogram."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from hdrh.histogram import HdrHistogram  # pyright: ignore[reportMissingTypeStubs] - it has none

from engine.domain.progress import Distribution

RANGE = 10**9
"""The largest sample, in thousandths."""


class _Histogram(Protocol):
    """What is used of an HdrHistogram."""

    def record_value(self, value: int, count: int = 1) -> bool:
        """Take in a sample, `count` times."""
        ...

    def get_total_count(self) -> int:
        """Return the number of samples."""
        ...

    def get_percentile_to_value_dict(self, percentile_list: list[float]) -> dict[float, int]:
        """Return, by percentile, the value that so many per cent of the samples do not pass; in one pass."""
        ...


_histogram = cast("Callable[[int, int, int], _Histogram]", HdrHistogram)


class Samples:
    """A distribution in bounded memory, to three digits, in steps of a thousandth."""

    def __init__(self) -> None:
        """Begin with no samples."""
        self._histogram = _histogram(1, RANGE, 3)
        self._sum = 0.0
        self._minimum = float("inf")
        self._maximum = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """Take in a sample, so many `times`; negative ones count as 0."""
        value = max(0.0, value)
        self._histogram.record_value(max(1, min(RANGE, round(value * 1000))), times)
        self._sum += value * times
        self._minimum = min(self._minimum, value)
        self._maximum = max(self._maximum, value)

    @property
    def count(self) -> int:
        """How many samples there are."""
        return self._histogram.get_total_count()

    def distribution(self) -> Distribution:
        """Return the figures so far."""
        count = self._histogram.get_total_count()
        if not count:
            return Distribution()
        found = self._histogram.get_percentile_to_value_dict([50.0, 95.0, 99.0])
        p50, p95, p99 = (self._seen(found[percent] / 1000) for percent in (50.0, 95.0, 99.0))
        return Distribution(
            count=count,
            average=self._sum / count,
            minimum=self._minimum,
            maximum=self._maximum,
            p50=p50,
            p95=p95,
            p99=p99,
        )

    def _seen(self, value: float) -> float:
        """Keep the end of a bucket within what was seen: no percentile is above the maximum."""
        return min(self._maximum, max(self._minimum, value))
