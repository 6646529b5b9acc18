"""The money axis."""

from __future__ import annotations

from ui.charts.spend import dollars


def test_dollars_have_no_decimals_they_do_not_need() -> None:
    """An axis reads well with cents and with thousands."""
    assert [dollars(value) for value in (0, 0.1, 2.5, 15, 1200)] == ["$0", "$0.10", "$2.50", "$15", "$1,200"]
