"""The money axis."""

from __future__ import annotations

from ui.charts.spend import dollars


def test_dollars_have_no_decimals_they_do_not_need() -> None:
    """An axis reads well with cents and with thousands."""
    assert [dollars(value) for value in (0, 0.1, 2.5, 15, 1200)] == ["$0", "$0.10", "$2.50", "$15", "$1,200"]


def test_many_dollars_are_short_enough_to_be_shown() -> None:
    """A label that does not fit is left out by the chart, and its line says nothing."""
    assert [dollars(value) for value in (10_000, 75_000, 2_500_000)] == ["$10k", "$75k", "$2.5M"]
