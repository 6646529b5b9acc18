"""The chart of dollars an hour over all tasks."""

from __future__ import annotations

from ui.charts.chart import Chart
from ui.charts.history import History
from ui.tasks.format import short_count
from ui.text import Words
from ui.theme import Tokens

LEAST = 0.04
"""Dollars an hour that the axis holds at least."""
SHORTENED = 10_000
"""Dollars from which a tick's label would not fit beside the chart, and so would not be there."""


def dollars(value: float) -> str:
    """Return an axis's dollars with no more decimals than they need and have room ("$0", "$2.50", "$15", "$20k")."""
    if value >= SHORTENED:
        return f"${short_count(value)}"
    return f"${value:,.0f}" if abs(value - round(value)) < 0.005 else f"${value:,.2f}"


class SpendChart(Chart):
    """Money spent, as a speed."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__(
            "chart.spend",
            (("chart.an_hour", "completed"),),
            least=LEAST,
            label=dollars,
            words=words,
            tokens=tokens,
        )

    def show_history(self, history: History) -> None:
        """Show the last minutes."""
        self.show_lines((history.spend(),))
