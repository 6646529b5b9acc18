"""Ranges and ticks of an axis: fixed for as long as they serve, so that a chart is calm. Pure."""

from __future__ import annotations

import math

STEPS = 4
"""Intervals between the ticks."""
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
SHRINKS_AT = 0.4
"""The range shrinks only when its highest value falls under this part of it."""


def ceiling(highest: float, least: float) -> float:
    """Return the top of an axis that holds `highest` and whose `STEPS` intervals are round numbers."""
    interval = max(highest, least) / STEPS
    power = 10.0 ** math.floor(math.log10(interval))
    for nice in NICE:
        if nice * power >= interval * (1 - 1e-9):
            return nice * power * STEPS
    raise AssertionError


def top(highest: float, now: float, least: float) -> float:
    """Return the axis's next top, given its present one: the same where that still serves."""
    if highest <= now and (highest >= now * SHRINKS_AT or now <= least):
        return now
    return ceiling(highest, least)


def ticks(top_: float) -> list[float]:
    """Return where the ticks are, from 0 to the top."""
    return [top_ * step / STEPS for step in range(STEPS + 1)]
