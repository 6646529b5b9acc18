"""The two charts, one above the other, drawn from samples that somebody else takes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.charts.history import History
from ui.charts.spend import SpendChart
from ui.charts.throughput import ThroughputChart
from ui.text import Words
from ui.theme import Tokens


class Charts(QWidget):
    """Throughput and spend of all tasks over the last five minutes."""

    def __init__(self, words: Words, tokens: Tokens, history: History, parent: QWidget | None = None) -> None:
        """Draw what `history` has."""
        super().__init__(parent)
        self._history = history
        self.charts = (ThroughputChart(words, tokens), SpendChart(words, tokens))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for chart in self.charts:
            layout.addWidget(chart, 1)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget; what was sampled while nobody looked is drawn at once."""
        super().showEvent(event)
        self.draw()

    def draw(self) -> None:
        """Draw anew, where anybody can see it."""
        if self.isVisible():
            for chart in self.charts:
                chart.show_history(self._history)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        for chart in self.charts:
            chart.set_tokens(tokens)
