"""What many tasks together will come to, told from what is expected of each. Pure.

Each comes out otherwise by itself, and all of them with the finished tasks that they are told from: the first evens out
over many tasks, the second only over many finished ones (the interval for a sum of draws when their mean is itself
estimated from draws).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from engine.cost.forecast import Expectation
from engine.domain.foresight import Span


def together(expected: Iterable[tuple[Expectation, int]], told_from: int) -> Span:
    """Return the sum of expectations, each so many times, told from so many finished tasks."""
    mean = below = above = below_2 = above_2 = 0.0
    for each, times in expected:
        down, up = max(0.0, each.mean - each.low), max(0.0, each.high - each.mean)
        mean += times * each.mean
        below, above = below + times * down, above + times * up
        below_2, above_2 = below_2 + times * down * down, above_2 + times * up * up
    shared = max(1, told_from)
    return Span(
        low=max(0.0, mean - sqrt(below_2 + below * below / shared)),
        middle=mean,
        high=mean + sqrt(above_2 + above * above / shared),
    )
