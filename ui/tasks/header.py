"""The table's header: plain words, the ordered column marked with an arrow, numbers flush right like their column."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from ui.tasks.columns import COLUMNS
from ui.tasks.inks import Inks
from ui.text import Words

HEIGHT = 29
PAD = 8
DOWN, UP = "▾", "▴"


class TaskHeader(QHeaderView):
    """Paints itself; a click orders."""

    def __init__(self, words: Words, inks: Inks, parent: QWidget) -> None:
        """Build it."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._words = words
        self.inks = inks
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.setSortIndicatorShown(False)

    def sizeHint(self) -> QSize:
        """See QHeaderView."""
        return QSize(super().sizeHint().width(), HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """See QHeaderView."""
        inks = self.inks
        painter.fillRect(rect, inks["panel"])
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, inks["line"])
        column = COLUMNS[logicalIndex]
        ordered = self.sortIndicatorSection() == logicalIndex
        arrow = f" {DOWN if self.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder else UP}" if ordered else ""
        inner = rect.adjusted(PAD, 0, -PAD, -1)
        painter.setFont(inks.small)
        painter.setPen(inks["text" if ordered else "dim"])
        text = inks.elided(inks.small, self._words(f"column.{column.code}") + arrow, inner.width())
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, int(side | Qt.AlignmentFlag.AlignVCenter), text)
