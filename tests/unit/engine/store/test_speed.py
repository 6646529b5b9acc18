"""Percentiles of saving over the last minutes."""

from __future__ import annotations

import pytest

from engine.domain.clock import ManualClock
from engine.store.speed import FRESH_S, TURN_S, Speed


def test_nothing_saved_is_zero() -> None:
    """And no time of a last save."""
    speed = Speed(ManualClock())
    assert speed.percentiles_ms() == (0.0, 0.0) and speed.last_saved_at_ms is None


def test_percentiles_are_in_milliseconds() -> None:
    """Ninety-nine of 1 ms and one of 100 ms."""
    clock = ManualClock()
    speed = Speed(clock)
    for seconds in [0.001] * 98 + [0.1] * 2:
        speed.saved(seconds)
    p50, p99 = speed.percentiles_ms()
    assert p50 == pytest.approx(1.0, rel=0.01) and p99 == pytest.approx(100.0, rel=0.01)
    assert speed.last_saved_at_ms == clock.wall_ms()


def test_figures_are_at_most_a_second_old() -> None:
    """They are computed once for all who ask within it."""
    clock = ManualClock()
    speed = Speed(clock)
    speed.saved(0.001)
    first = speed.percentiles_ms()
    speed.saved(10.0)
    assert speed.percentiles_ms() == first
    clock.move(FRESH_S)
    assert speed.percentiles_ms() != first


def test_a_bad_hour_is_forgotten_after_two_turns() -> None:
    """What was slow long ago does not show for ever."""
    clock = ManualClock()
    speed = Speed(clock)
    for seconds in (5.0, 0.001, 0.001):
        speed.saved(seconds)
        clock.move(TURN_S)
    assert speed.percentiles_ms()[1] < 10
