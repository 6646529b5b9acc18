"""Axes are round and calm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.charts.scale import ceiling, ticks, top


@pytest.mark.parametrize(
    ("highest", "end"), [(0, 40), (39, 40), (41, 80), (3400, 4000), (4001, 8000), (10_000, 10_000)]
)
def test_ceiling(highest: float, end: float) -> None:
    """The four intervals are round numbers."""
    assert ceiling(highest, 40) == pytest.approx(end)


@given(st.floats(0, 1e9))
def test_ceiling_holds_what_it_is_for(highest: float) -> None:
    """Nothing is drawn outside."""
    assert ceiling(highest, 0.4) >= highest * (1 - 1e-9)


def test_the_range_stays_while_it_serves() -> None:
    """A curve that wobbles does not move its axis; one that has become low does."""
    assert top(3000, 4000, 40) == 4000
    assert top(1700, 4000, 40) == 4000
    assert top(1500, 4000, 40) == 2000
    assert top(4100, 4000, 40) == 8000
    assert top(0, 40, 40) == 40


def test_ticks() -> None:
    """From nothing to the top."""
    assert ticks(4000) == [0, 1000, 2000, 3000, 4000]
