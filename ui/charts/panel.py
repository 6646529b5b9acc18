"""The two charts as the window embeds them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.face import ChangeBatch
from ui.charts.history import History
from ui.charts.spend import SpendChart
from ui.charts.throughput import ThroughputChart
from ui.tasks.inks import Inks
from ui.text import Words
from ui.theme import Tokens


class Charts(QWidget):
    """Throughput and spend of all tasks over the last five minutes."""

    def __init__(self, words: Words, tokens: Tokens, parent: QWidget | None = None) -> None:
        """Build them empty."""
        super().__init__(parent)
        self.history = History()
        self.charts = (ThroughputChart(words, tokens), SpendChart(words, tokens))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for chart in self.charts:
            layout.addWidget(chart, 1)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_tokens(tokens)

    def apply(self, batch: ChangeBatch) -> None:
        """Take in the totals; a sample is taken, and the charts are drawn, once a second."""
        if self.history.take(batch.totals, batch.at) and self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget; what was sampled while nobody looked is drawn at once."""
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        for chart in self.charts:
            chart.show_history(self.history)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, Inks(tokens, self.font())["panel"])
        self.setPalette(palette)
        for chart in self.charts:
            chart.set_tokens(tokens)
