"""Headings of tables: plain words, an ordered column marked with an arrow, numbers flush right like their column."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from ui.tasks.inks import Inks

HEIGHT = 29
PAD = 8
DOWN, UP = "▾", "▴"
HORIZONTAL = Qt.Orientation.Horizontal


class TextHeader(QHeaderView):
    """Paints itself, from the model's headings and alignments."""

    def __init__(self, inks: Inks, parent: QWidget, *, pad: int = PAD) -> None:
        """Build it; `pad` is the room at both sides of a column."""
        super().__init__(HORIZONTAL, parent)
        self.inks = inks
        self._pad = pad
        self.setHighlightSections(False)
        self.setMinimumSectionSize(36)
        self.setSortIndicatorShown(False)
        self.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)

    def sizeHint(self) -> QSize:
        """See QHeaderView."""
        return QSize(super().sizeHint().width(), HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """See QHeaderView."""
        inks, model = self.inks, self.model()
        painter.fillRect(rect, inks["panel"])
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, inks["line"])
        ordered = self.sortIndicatorSection() == logicalIndex
        inner = rect.adjusted(self._pad, 0, -self._pad, -1)
        painter.setFont(inks.small)
        painter.setPen(inks["text" if ordered else "dim"])
        text = f"{model.headerData(logicalIndex, HORIZONTAL)}{self._arrow() if ordered else ''}"
        alignment = model.headerData(logicalIndex, HORIZONTAL, Qt.ItemDataRole.TextAlignmentRole)
        painter.drawText(inner, int(alignment), inks.elided(inks.small, text, inner.width()))

    def _arrow(self) -> str:
        return f" {DOWN if self.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder else UP}"
