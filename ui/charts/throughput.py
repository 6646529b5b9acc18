"""The chart of tokens a second over all tasks."""

from __future__ import annotations

from ui.charts.chart import Chart
from ui.charts.history import History
from ui.tasks.format import short_count
from ui.text import Words
from ui.theme import Tokens

LEAST = 40.0
"""Tokens a second that the axis holds at least."""


class ThroughputChart(Chart):
    """Output and input tokens a second."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__(
            "chart.throughput",
            (("chart.output", "accent"), ("chart.input", "checkpointing")),
            least=LEAST,
            label=short_count,
            words=words,
            tokens=tokens,
        )

    def show_history(self, history: History) -> None:
        """Show the last minutes."""
        self.show_lines((history.output(), history.input()))
