"""The QTableView of tasks: geometry, keyboard, order by header, selection by rows."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QHeaderView, QTableView, QWidget

from ui.tasks.columns import COLUMNS, QUEUE
from ui.tasks.delegate import ROW, TaskDelegate
from ui.tasks.header import TextHeader
from ui.tasks.inks import Inks
from ui.tasks.model import TaskModel
from ui.tasks.widths import fit, that_fit
from ui.text import Words

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TaskGrid(QTableView):
    """Shows a `TaskModel`."""

    entered_row = Signal(int)
    """Enter or a double click on a row."""

    def __init__(self, model: TaskModel, words: Words, inks: Inks, parent: QWidget | None = None) -> None:
        """Build it."""
        super().__init__(parent)
        self._tasks = model
        self.empty_text = ""
        """What is said where no row is."""
        self.wanted = [column.width for column in COLUMNS]
        self.queued = False
        """Whether the places in the queue are shown, where there is room."""
        self._fitting = False
        self._ink_delegate = TaskDelegate(model, words, inks, self)
        self._header = TextHeader(inks, self)
        self._header.setSectionsClickable(True)
        self.setHorizontalHeader(self._header)
        self.setModel(model)
        self.setItemDelegate(self._ink_delegate)
        model.visible = self.rows_in_sight
        self._behave()
        self._header.sectionResized.connect(self._resized)
        self.doubleClicked.connect(self._double_clicked)

    def _behave(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW)
        rows.setDefaultSectionSize(ROW)

    def set_inks(self, inks: Inks) -> None:
        """Paint with other colours."""
        self._ink_delegate.inks = self._header.inks = inks
        self.viewport().update()
        self._header.viewport().update()

    def rows_in_sight(self) -> tuple[int, int]:
        """Return the first and last row of which something shows; the last is below the first when there is none."""
        if not self.isVisible() or not self._tasks.rowCount():
            return 0, -1
        last = self.rowAt(self.viewport().height() - 1)
        return max(0, self.rowAt(0)), last if last >= 0 else self._tasks.rowCount() - 1

    def fit_columns(self) -> None:
        """Share the room there is among the columns."""
        room = self.viewport().width()
        least = [min(column.least or wanted, wanted) for column, wanted in zip(COLUMNS, self.wanted, strict=True)]
        fitting = that_fit(least, [column.drops for column in COLUMNS], room)
        shown = [each for each in fitting if self.queued or COLUMNS[each].code != QUEUE]
        wanted, shares = [self.wanted[each] for each in shown], [COLUMNS[each].stretch for each in shown]
        widths = fit(wanted, shares, [least[each] for each in shown], room)
        self._fitting = True
        for column in range(len(COLUMNS)):
            self.setColumnHidden(column, column not in shown)
        for column, width in zip(shown, widths, strict=True):
            self.setColumnWidth(column, width)
        self._fitting = False

    def show_queue(self, on: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Show the places in the queue, or leave their column out."""
        if on != self.queued:
            self.queued = on
            self.fit_columns()

    def select_row(self, row: int) -> None:
        """Select a row, alone, and bring it into sight."""
        index = self._tasks.index(row, 0)
        how = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, how)
        self.scrollTo(index)

    def _double_clicked(self, index: QModelIndex) -> None:
        self.entered_row.emit(index.row())

    def _resized(self, column: int, _before: int, width: int) -> None:
        if not self._fitting and width:
            self.wanted[column] = width

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self.fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Ctrl+C copies the selected rows as text, Home and End go to the first and last row."""
        row = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() in ENTER and row >= 0:
            self.entered_row.emit(row)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._tasks.rowCount():
            self.select_row(0 if event.key() == Qt.Key.Key_Home else self._tasks.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def _copy(self) -> None:
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        cells = [[self._tasks.index(row, column).data() for column in range(len(COLUMNS))] for row in rows]
        QApplication.clipboard().setText("\n".join("\t".join(map(str, line)) for line in cells))

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget; says so where there is nothing to show."""
        self._ink_delegate.current_row = self.currentIndex().row() if self.hasFocus() else -1
        super().paintEvent(event)
        if not self._tasks.rowCount() and self.empty_text:
            painter = QPainter(self.viewport())
            painter.setFont(self._ink_delegate.inks.text)
            painter.setPen(self._ink_delegate.inks["dim"])
            painter.drawText(self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), self.empty_text)
            painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """See QWidget; the current row shows the focus."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """See QWidget."""
        super().focusOutEvent(event)
        self.viewport().update()
