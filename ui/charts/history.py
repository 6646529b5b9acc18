"""Five minutes of the totals, sampled once a second, and the rates read off them. Qt-free.

Rates are differences of the engine's own counters, in integers, so that a chart sums to what the ledger says; nothing
is added up here. A gap (the window was hidden) becomes one longer difference, not a loss. The counters grow, but for
one: a correction may take money off what was spent. That is no income: what was counted before it counts for less.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.face import PICO, Totals

SPAN_S = 300
EVERY_S = 1.0
HOUR_S = 3600
SMOOTH_S = 60.0
"""Spend comes in lumps, one a step: its speed is read over this many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The counters at monotonic time `at`; `spent` in pico."""

    at: float
    output_tokens: int
    input_tokens: int
    spent: int


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: seconds before the newest sample (-300 to 0) and values."""

    x: list[float]
    y: list[float]


class History:
    """The samples."""

    def __init__(self) -> None:
        """Begin with none."""
        self.samples: deque[Sample] = deque()

    def take(self, totals: Totals, at: float) -> bool:
        """Sample the totals at monotonic time `at` if a second has passed; whether it was."""
        if self.samples and at - self.samples[-1].at < EVERY_S:
            return False
        self._correct(totals.spent_total)
        self.samples.append(
            Sample(
                at=at,
                output_tokens=totals.output_tokens,
                input_tokens=totals.input_tokens,
                spent=totals.spent_total,
            )
        )
        while len(self.samples) > 2 and self.samples[1].at < at - SPAN_S - SMOOTH_S:
            self.samples.popleft()
        return True

    def _correct(self, spent: int) -> None:
        """Take what an attempt of before turned out not to have cost off the samples before: no speed is negative."""
        too_much = self.samples[-1].spent - spent if self.samples else 0
        if too_much > 0:
            self.samples = deque(replace(sample, spent=sample.spent - too_much) for sample in self.samples)

    def output(self) -> Line:
        """Return output tokens a second."""
        return self._rates(lambda sample: sample.output_tokens, 0.0)

    def input(self) -> Line:
        """Return input tokens a second: they come in lumps, too, each with a reply's usage."""
        return self._rates(lambda sample: sample.input_tokens, SMOOTH_S)

    def spend(self) -> Line:
        """Return dollars an hour."""
        line = self._rates(lambda sample: sample.spent, SMOOTH_S)
        return Line(line.x, [value * HOUR_S / PICO for value in line.y])

    def _rates(self, read: Callable[[Sample], int], over_s: float) -> Line:
        """Return a rate at each sample but the first: against the one before it, or the first within `over_s`."""
        x: list[float] = []
        y: list[float] = []
        samples = list(self.samples)
        start = 0
        for end in range(1, len(samples)):
            last = samples[end]
            while start < end - 1 and last.at - samples[start].at > max(over_s, EVERY_S):
                start += 1
            first = samples[start] if over_s else samples[end - 1]
            when = last.at - samples[-1].at
            if when >= -SPAN_S:
                x.append(when)
                y.append((read(last) - read(first)) / (last.at - first.at))
        return Line(x, y)
