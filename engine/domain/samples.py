"""Distributions in bounded memory: the one place that knows hdrhistogram."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from ctypes import Array, c_uint64, sizeof
from itertools import accumulate
from typing import Protocol, cast

from hdrh.histogram import HdrHistogram  # pyright: ignore[reportMissingTypeStubs] - it has none

from engine.domain.progress import Distribution

RANGE = 10**9
"""The largest sample, in thousandths."""

WORD = sizeof(c_uint64)


class _Histogram(Protocol):
    """What is used of an HdrHistogram."""

    def record_value(self, value: int, count: int = 1) -> bool:
        """Take in a sample, `count` times."""
        ...

    def get_total_count(self) -> int:
        """Return the number of samples."""
        ...

    @property
    def counts(self) -> Array[c_uint64]:
        """How many samples there are of each value, in the order of the values."""
        ...

    def get_target_count_at_percentile(self, percentile: float) -> int:
        """Return how many samples are so many per cent."""
        ...

    def get_value_from_index(self, index: int) -> int:
        """Return the least value that is counted at an index."""
        ...

    def get_highest_equivalent_value(self, value: int) -> int:
        """Return the largest value that is counted with this one."""
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
        first, up_to = _sums(self._histogram.counts)
        p50, p95, p99 = (self._percentile(percent, first, up_to) for percent in (50.0, 95.0, 99.0))
        return Distribution(
            count=count,
            average=self._sum / count,
            minimum=self._minimum,
            maximum=self._maximum,
            p50=p50,
            p95=p95,
            p99=p99,
        )

    def _percentile(self, percent: float, first: int, up_to: list[int]) -> float:
        histogram = self._histogram
        index = first + bisect_left(up_to, histogram.get_target_count_at_percentile(percent))
        return self._seen(histogram.get_highest_equivalent_value(histogram.get_value_from_index(index)) / 1000)

    def _seen(self, value: float) -> float:
        """Keep the end of a bucket within what was seen: no percentile is above the maximum."""
        return min(self._maximum, max(self._minimum, value))


def _sums(counts: Array[c_uint64]) -> tuple[int, list[int]]:
    """Return where the counts begin, and for each from there on how many there are up to it.

    The histogram's own way goes over all of its thousands of counts in Python, for as long as half a turn of the loop.
    """
    whole = bytes(counts)
    first = (len(whole) - len(whole.lstrip(b"\0"))) // WORD
    end = -(-len(whole.rstrip(b"\0")) // WORD)
    return first, list(accumulate(memoryview(whole).cast("Q")[first:end]))
