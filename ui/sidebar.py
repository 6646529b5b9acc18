"""The sidebar: views of the tasks with live counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.face import State, Totals
from ui.tasks.format import count
from ui.tasks.inks import sized, tabular
from ui.tasks.scope import ScopeKind, TaskScope
from ui.text import Words
from ui.theme import Tokens

WIDTH = 204
ROW = 27
HEADING = 28
SPACE = 10
SHOWN = (
    State.RUNNING,
    State.PENDING,
    State.PAUSED,
    State.COMPLETED,
    State.FAILED,
    State.TIMEOUT,
    State.CANCELLED,
)
MODELS, BATCHES = 12, 200
"""Rows at most, the largest first."""
SCOPE = Qt.ItemDataRole.UserRole
COUNT = Qt.ItemDataRole.UserRole + 1
DOT = Qt.ItemDataRole.UserRole + 2

MONEY = "money"
"""What stands in place of a scope at the row that is no tasks: where money goes."""

Index = QModelIndex | QPersistentModelIndex


class Sidebar(QListWidget):
    """Chooses the scope of the table."""

    scope_chosen = Signal(object)
    money_chosen = Signal()

    def __init__(self, words: Words, tokens: Tokens, parent: QWidget | None = None) -> None:
        """Build it with no tasks."""
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAccessibleName(words("sidebar.name"))
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self._words = words
        self._painter = _Rows(tokens, self)
        self.setItemDelegate(self._painter)
        self._models: tuple[str, ...] = ()
        self._batches: tuple[str, ...] = ()
        self._build(Totals())
        self.currentItemChanged.connect(self._chosen)

    def show_totals(self, totals: Totals) -> None:
        """Show the counts; the rows change only when models or batches come or go."""
        models, batches = _named(totals.by_model, MODELS), _named(totals.by_batch, BATCHES)
        if (models, batches) != (self._models, self._batches):
            self._build(totals)
        for row in range(self.count()):
            item = self.item(row)
            scope = item.data(SCOPE)
            if isinstance(scope, TaskScope):
                number = _count(totals, scope)
                if item.data(COUNT) != number:
                    item.setData(COUNT, number)
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {number}")

    def choose_money(self) -> None:
        """Choose the page of where money goes."""
        self.choose(MONEY)

    def choose(self, scope: TaskScope | str) -> None:
        """Choose a row, if it is there."""
        for row in range(self.count()):
            if self.item(row).data(SCOPE) == scope:
                self.setCurrentRow(row)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._painter.tokens = tokens
        self.viewport().update()

    def _build(self, totals: Totals) -> None:
        chosen = self.currentItem().data(SCOPE) if self.currentItem() else TaskScope()
        self._models, self._batches = _named(totals.by_model, MODELS), _named(totals.by_batch, BATCHES)
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.clear()
        self._space()
        self._row(self._words("sidebar.needs_you"), TaskScope(ScopeKind.NEEDS_YOU), "paused")
        self._row(self._words("sidebar.money"), None)
        self._heading("sidebar.status")
        self._row(self._words("sidebar.all"), TaskScope())
        for state in SHOWN:
            self._row(self._words(f"state.{state}"), TaskScope(ScopeKind.STATE, state), state)
        self._group("sidebar.batches", ScopeKind.BATCH, self._batches)
        self._group("sidebar.models", ScopeKind.MODEL, self._models)
        for row in range(self.count()):
            if self.item(row).data(SCOPE) == chosen:
                self.setCurrentRow(row)
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def _group(self, heading: str, kind: ScopeKind, names: Iterable[str]) -> None:
        for place, name in enumerate(names):
            if place == 0:
                self._heading(heading)
            self._row(name, TaskScope(kind, name))

    def _space(self) -> None:
        item = QListWidgetItem("", self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setSizeHint(QSize(WIDTH, SPACE))

    def _heading(self, code: str) -> None:
        item = QListWidgetItem(self._words(code), self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setSizeHint(QSize(WIDTH, HEADING))

    def _row(self, text: str, scope: TaskScope | None, dot: str = "") -> None:
        """Add a row of tasks, or without a scope the page of where money goes."""
        item = QListWidgetItem(text, self)
        item.setData(SCOPE, scope or MONEY)
        item.setData(COUNT, None if scope is None else 0)
        item.setData(DOT, dot)
        item.setSizeHint(QSize(WIDTH, ROW))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(SCOPE) == MONEY:
            self.money_chosen.emit()
        if item is not None and isinstance(item.data(SCOPE), TaskScope):
            self.scope_chosen.emit(item.data(SCOPE))


class _Rows(QStyledItemDelegate):
    """Paints a row: dot, name, count; headings smaller."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.tokens = tokens
        self._name = parent.font()
        self._number = tabular(sized(parent.font(), -1))
        self._heading = sized(parent.font(), -2, QFont.Weight.DemiBold)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """See Qt."""
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(SCOPE) is None:
            painter.setFont(self._heading)
            painter.setPen(QColor(self.tokens.colour("dim")))
            painter.drawText(rect.adjusted(16, 6, 0, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
        else:
            self._row(painter, rect, index, chosen=self._is_chosen(index))
        painter.restore()

    def _is_chosen(self, index: Index) -> bool:
        view = self.parent()
        return isinstance(view, QListWidget) and view.currentIndex() == index

    def _row(self, painter: QPainter, rect: QRect, index: Index, *, chosen: bool) -> None:
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.tokens.colour("selection")))
            painter.drawRoundedRect(rect.adjusted(8, 0, -8, 0), 6, 6)
        left, number, dot = 16, index.data(COUNT), index.data(DOT)
        if dot:
            token = "pending" if index.data(SCOPE).kind is ScopeKind.NEEDS_YOU and not number else dot
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.tokens.colour(token)))
            painter.drawEllipse(rect.left() + left, rect.center().y() - 3, 8, 8)
            left += 16
        painter.setPen(QColor(self.tokens.colour("dim")))
        painter.setFont(self._number)
        figures = "" if number is None else count(number)
        painter.drawText(
            rect.adjusted(0, 0, -17, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, figures
        )
        painter.setPen(QColor(self.tokens.colour("text")))
        painter.setFont(self._name)
        room = rect.width() - left - 24 - painter.fontMetrics().horizontalAdvance(figures)
        name = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(rect.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)


def _named(counts: Mapping[str, int], most: int) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:most])


def _count(totals: Totals, scope: TaskScope) -> int:
    match scope.kind:
        case ScopeKind.ALL:
            return totals.count
        case ScopeKind.NEEDS_YOU:
            return sum(totals.needs_you.values())
        case ScopeKind.MODEL:
            return totals.by_model.get(scope.value, 0)
        case ScopeKind.BATCH:
            return totals.by_batch.get(scope.value, 0)
        case ScopeKind.STATE:
            extra = totals.by_state.get(State.CHECKPOINTING, 0) if scope.value == State.RUNNING else 0
            return totals.by_state.get(State(scope.value), 0) + extra
