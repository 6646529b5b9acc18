"""The view of `RowsModel`: painted cells, no grid, columns that fill the room."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui.inspector.rows import RowsModel
from ui.tasks.header import TextHeader
from ui.tasks.inks import Inks, ground
from ui.tasks.widths import fit, that_fit

T = TypeVar("T")
ROW, PAD, DOT = 28, 6, 7
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class RowsDelegate(QStyledItemDelegate, Generic[T]):
    """Paints `Cell`s."""

    def __init__(self, model: RowsModel[T], inks: Inks, parent: QWidget) -> None:
        """Paint the cells of `model`."""
        super().__init__(parent)
        self._model = model
        self.inks = inks

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """See QStyledItemDelegate."""
        inks = self.inks
        rect: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, inks["selection"])
        cell = self._model.cells(index.row())[index.column()]
        inner = rect.adjusted(PAD, 0, -PAD, 0)
        if cell.dot:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(inks[cell.dot])
            painter.drawEllipse(inner.left(), inner.center().y() - DOT // 2, DOT, DOT)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            inner = inner.adjusted(DOT + 10, 0, 0, 0)
        right = self._model.columns[index.column()].right
        font = inks.row_number if right else inks.row_text
        painter.setFont(font)
        painter.setPen(inks[cell.colour])
        painter.drawText(inner, RIGHT if right else LEFT, inks.elided(font, cell.text, inner.width()))


class RowsView(QTableView, Generic[T]):
    """Shows a `RowsModel`."""

    def __init__(self, model: RowsModel[T], inks: Inks, *, header: bool, parent: QWidget | None = None) -> None:
        """Build it, with or without headings."""
        super().__init__(parent)
        self._records = model
        self._painter = RowsDelegate(model, inks, self)
        self.setModel(model)
        self.setItemDelegate(self._painter)
        self._header = TextHeader(inks, self, pad=PAD)
        self.setHorizontalHeader(self._header)
        self._header.setVisible(header)
        self._behave()
        self.set_inks(inks)

    def _behave(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW)
        rows.setDefaultSectionSize(ROW)

    def set_inks(self, inks: Inks) -> None:
        """Paint with other colours."""
        self._painter.inks = self._header.inks = inks
        ground(self, inks["panel"])
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        room, columns = self.viewport().width(), self._records.columns
        least = [column.least or column.width for column in columns]
        shown = that_fit(least, [column.drops for column in columns], room)
        widths = fit(
            [columns[number].width for number in shown],
            [columns[number].stretch for number in shown],
            [least[number] for number in shown],
            room,
        )
        for number in range(len(columns)):
            self.setColumnHidden(number, number not in shown)
        for number, width in zip(shown, widths, strict=True):
            self.setColumnWidth(number, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the row."""
        row = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.Copy) and row >= 0:
            QApplication.clipboard().setText("\t".join(cell.text for cell in self._records.cells(row)))
        else:
            super().keyPressEvent(event)
