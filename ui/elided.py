"""A label that says with an ellipsis that its text goes on, instead of being cut through a letter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ElidedLabel(QLabel):
    """One line of plain text, as wide as there is room; all of it stays its text for readers of the screen."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        del event
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(self.alignment() | Qt.TextFlag.TextSingleLine), text)
        painter.end()


class FittingLabel(ElidedLabel):
    """Says the same in the most words that there is room for."""

    def __init__(self) -> None:
        """Build it empty."""
        super().__init__()
        self._says: Sequence[str] = ("",)

    def say(self, *says: str) -> None:
        """Say the first of these that fits, or the last one; they come in fewer and fewer words."""
        self._says = says
        self._fit()

    def _fit(self) -> None:
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        text = next((each for each in self._says if metrics.horizontalAdvance(each) <= room), self._says[-1])
        if text != self.text():
            self.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit()
