"""The chart of tokens a second over all tasks."""

from __future__ import annotations

from ui.charts.chart import Chart
from ui.charts.history import History, Line
from ui.tasks.format import short_count
from ui.text import Words
from ui.theme import Tokens

LEAST = 40.0
"""Tokens a second that the axis holds at least."""


PARTS = (1, 10, 100, 1000)
OVER = 2.0
"""Times the output that the input may be before it is shown as a part."""


def share(output: float, input_: float) -> int:
    """Return what input is divided by, so that both curves can be read on one axis."""
    return next((part for part in PARTS if input_ / part <= OVER * max(output, LEAST / OVER)), PARTS[-1])


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
        """Show the last minutes. Input is a part of itself where it would press the output down to the axis."""
        output, input_ = history.output(), history.input()
        part = share(max(output.y, default=0.0), max(input_.y, default=0.0))
        self.name_curve(1, self._words("chart.input" if part == 1 else "chart.input_part", part=part))
        self.show_lines((output, Line(input_.x, [value / part for value in input_.y])))
