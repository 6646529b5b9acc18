"""Cells painted straight from the snapshot: no roles, no variants, no style engine in between.

A repaint of all rows in sight takes 2.7 ms this way, whatever the number of tasks. The same is said in words by the
model's roles; colour here always stands beside a word or a figure.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.face import PauseReason, State, TaskSnapshot
from ui.cost.bar import paint_bar
from ui.tasks.columns import COLUMNS, Column, Paint, budget_fraction
from ui.tasks.inks import Inks
from ui.tasks.model import TaskModel
from ui.tasks.status import status
from ui.text import Words

ROW = 29
"""Pixels of a row."""
PAD = 8
DOT = 6
PROGRESS_BAR, BUDGET_BAR = 66, 44
PERCENT = 40
"""Pixels that the figure beside a bar needs; where a column is narrow its bar is shorter."""
WARNS = 0.85
"""Part of a budget from which its bar warns."""
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class TaskDelegate(QStyledItemDelegate):
    """Paints the cells of a `TaskModel`."""

    def __init__(self, model: TaskModel, words: Words, inks: Inks, parent: QObject | None = None) -> None:
        """Paint with these; `inks` is replaced when the theme changes."""
        super().__init__(parent)
        self._model = model
        self._words = words
        self.inks = inks
        self._ground = "background"
        self.current_row = -1
        """The row the keyboard is on, while the table has the focus; else -1."""
        self._painters = {
            Paint.NAME: self._name,
            Paint.STATUS: self._status,
            Paint.TEXT: self._text,
            Paint.NUMBER: self._number,
            Paint.PROGRESS: self._progress,
            Paint.BUDGET: self._budget,
        }

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """See QStyledItemDelegate."""
        row = index.row()
        whole: QRect = option.rect
        inks = self.inks
        self._ground = "background"
        if option.state & QStyle.StateFlag.State_Selected:
            self._ground = "selection"
            painter.fillRect(whole, inks["selection"])
        painter.fillRect(whole.left(), whole.bottom(), whole.width(), 1, inks["line"])
        if row == self.current_row:
            painter.fillRect(whole.left(), whole.bottom(), whole.width(), 1, inks["accent"])
        column = COLUMNS[index.column()]
        inner = whole.adjusted(PAD, 0, -PAD, -1)
        self._painters[column.paint](painter, inner, self._model.task(row), column)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """See QStyledItemDelegate."""
        del option
        return QSize(COLUMNS[index.column()].width, ROW)

    def _write(self, painter: QPainter, rect: QRect, font: QFont, colour: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(self.inks[colour])
        painter.drawText(rect, LEFT, self.inks.elided(font, text, rect.width()))

    def _name(self, painter: QPainter, rect: QRect, task: TaskSnapshot, column: Column) -> None:
        text = column.text(task, self._words, self._model.now)
        self._write(painter, rect, self.inks.name, "text", text)

    def _text(self, painter: QPainter, rect: QRect, task: TaskSnapshot, column: Column) -> None:
        self._write(painter, rect, self.inks.text, "dim", column.text(task, self._words, self._model.now))

    def _status(self, painter: QPainter, rect: QRect, task: TaskSnapshot, column: Column) -> None:
        colour = status(task, self._model.now).colour
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(self.inks[colour]))
        painter.drawEllipse(rect.left(), rect.center().y() - DOT // 2 + 1, DOT, DOT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        text = column.text(task, self._words, self._model.now)
        ink = self.inks.readable(colour, self._ground)
        self._write(painter, rect.adjusted(DOT + 6, 0, 0, 0), self.inks.small, ink, text)

    def _number(self, painter: QPainter, rect: QRect, task: TaskSnapshot, column: Column) -> None:
        inks = self.inks
        painter.setFont(inks.number)
        painter.setPen(inks["text"])
        text = self._model.text(task, column)
        painter.drawText(rect, RIGHT, inks.elided(inks.number, text, rect.width() + PAD))

    def _progress(self, painter: QPainter, rect: QRect, task: TaskSnapshot, column: Column) -> None:
        colour = status(task, self._model.now).colour
        bar = min(PROGRESS_BAR, rect.width() - PERCENT)
        self._measured(painter, rect, bar, task.fraction, colour)
        self._percent(painter, rect, bar, column.text(task, self._words, self._model.now))

    def _budget(self, painter: QPainter, rect: QRect, task: TaskSnapshot, column: Column) -> None:
        fraction = budget_fraction(task)
        if fraction is None:
            self._percent(painter, rect, -PAD, column.text(task, self._words, self._model.now))
            return
        bar = min(BUDGET_BAR, rect.width() - PERCENT)
        self._measured(painter, rect, bar, fraction, budget_colour(task, fraction))
        self._percent(painter, rect, bar, column.text(task, self._words, self._model.now))

    def _measured(self, painter: QPainter, rect: QRect, width: int, fraction: float, colour: str) -> None:
        bar = QRect(rect.left(), rect.center().y() - 2, min(width, rect.width()), 6)
        paint_bar(painter, bar, self.inks["track"], ((self.inks[colour], fraction),))

    def _percent(self, painter: QPainter, rect: QRect, bar: int, text: str) -> None:
        painter.setFont(self.inks.small_number)
        painter.setPen(self.inks["dim"])
        painter.drawText(rect.adjusted(bar + PAD, 0, PAD, 0), LEFT, text)


def budget_colour(task: TaskSnapshot, fraction: float) -> str:
    """Return the token of a budget's bar: green, warning near the end, red where it stopped the task."""
    stopped = task.state is State.PAUSED and task.standing.reason == PauseReason.BUDGET
    if stopped or fraction >= 1:
        return "failed"
    return "paused" if fraction >= WARNS else "completed"
