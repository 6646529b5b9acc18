"""The table of tasks as the window embeds it: takes batches, settles rows a few times a second, tells the selection."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QItemSelectionRange, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from engine.face import ChangeBatch, TaskId
from ui.tasks import query
from ui.tasks.columns import COLUMNS, INDEX, QUEUE
from ui.tasks.grid import TaskGrid
from ui.tasks.inks import Inks
from ui.tasks.layout_signals import by_rows
from ui.tasks.model import TaskModel
from ui.tasks.scope import ALL_TASKS, TaskScope
from ui.tasks.state import TableState, read, write
from ui.text import Words
from ui.theme import Tokens

SETTLE_MS = 300
"""Milliseconds at least between two arrangements of the rows."""
SHARE = 10
"""An arrangement takes at most one part in this many of the time: with very many rows they come less often."""
QUEUE_MS = 1000
"""Milliseconds for which a task must wait before the column of places comes, so that it does not come and go."""
FALLING, RISING = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


class TaskTable(QWidget):
    """Shows, orders, filters and selects tasks; acts on none: actions are given from outside."""

    selection_changed = Signal()
    """The selection is another one; ask `selected_ids`."""
    moved = Signal(object, object)
    """Tasks were dragged before another one: their ids, and its id or None for the end of the queue."""
    activated = Signal(str)
    """A task was double-clicked or Enter pressed on it: its id."""

    def __init__(self, words: Words, tokens: Tokens, parent: QWidget | None = None) -> None:
        """Build an empty table, the dearest tasks first."""
        super().__init__(parent)
        self._words = words
        self._scope, self._query = ALL_TASKS, query.EVERYTHING
        self._actions: tuple[QAction, ...] = ()
        self._selected: tuple[TaskId, ...] | None = None
        """The selected tasks, until the selection or the rows change."""
        self._hidden: TaskId | None = None
        """The selected task while a filter hides it."""
        self._column, self._falling = INDEX["cost"], True
        self.model = TaskModel(words, self)
        self.grid = TaskGrid(self.model, words, Inks(tokens, self.font()), self)
        self.grid.setAccessibleName(words("table.name"))
        self.setFocusProxy(self.grid)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._settle)
        self._queue_timer = QTimer(self, singleShot=True, interval=QUEUE_MS)
        self._queue_timer.timeout.connect(self._show_queue)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.grid)
        self._connect()
        self.sort_by(self._column, falling=True)

    def _connect(self) -> None:
        header = self.grid.horizontalHeader()
        header.sectionClicked.connect(self._header_clicked)
        self.grid.selectionModel().selectionChanged.connect(self._selection_changed)
        self.model.rowsRemoved.connect(self._selection_changed)
        self.model.rowsInserted.connect(self._selection_moved)
        by_rows(self.model.layoutChanged).connect(self._selection_moved)
        self.grid.entered_row.connect(self._entered)
        self.model.dropped.connect(self.moved)

    def _entered(self, row: int) -> None:
        self.activated.emit(self.model.ids()[row])

    # data

    def apply(self, batch: ChangeBatch) -> None:
        """Take in what changed. Rows leave, join and move at once, but not more than about three times a second."""
        self.model.apply(batch)
        if self.model.unsettled and not self._timer.isActive():
            self._settle()
        if self._queued != self.grid.queued and not self._queue_timer.isActive():
            self._queue_timer.start()
        self._say_empty()

    @property
    def _queued(self) -> bool:
        """Whether the places in the queue say something: a task waits there, or they order the table."""
        return self.model.waits or COLUMNS[self._column].code == QUEUE

    def _show_queue(self) -> None:
        self.grid.show_queue(self._queued)

    def _settle(self) -> None:
        """Arrange the rows and rest; the rest ends in another arrangement when one is due by then."""
        if not self.model.unsettled:
            return
        began = time.perf_counter()
        self.model.settle()
        took_ms = (time.perf_counter() - began) * 1000
        self._timer.start(max(SETTLE_MS, round(took_ms * SHARE)))
        self._say_empty()

    def _say_empty(self) -> None:
        text = self._words("table.no_match" if self.model.total else "table.empty")
        if text != self.grid.empty_text:
            self.grid.empty_text = text
            self.grid.viewport().update()

    # selection

    def selected_ids(self) -> tuple[TaskId, ...]:
        """Return the selected tasks, in the order shown."""
        if self._selected is None:
            ids = self.model.ids()
            selection = cast("Sequence[QItemSelectionRange]", self.grid.selectionModel().selection())
            ranges = [(each.top(), each.bottom()) for each in selection]
            rows = sorted({row for top, bottom in ranges for row in range(top, bottom + 1)})
            self._selected = tuple(ids[row] for row in rows)
        return self._selected

    def _selection_moved(self) -> None:
        self._selected = None

    def _selection_changed(self) -> None:
        self._selected = None
        if self.selected_ids():
            self._hidden = None
        self.selection_changed.emit()

    def select_first(self) -> None:
        """Select the row at the top, where there is one and a filter hides no selected one."""
        self._settle()
        if self.model.ids() and self._hidden is None:
            self.grid.select_row(0)

    def select(self, task: TaskId) -> bool:
        """Select one task and bring it into sight; whether it is shown at all. Rows that wait take their places."""
        self._settle()
        try:
            row = self.model.ids().index(task)
        except ValueError:
            return False
        self.grid.select_row(row)
        return True

    # what is shown, and how

    def set_filter(self, text: str) -> tuple[str, ...]:
        """Show what `text` asks for; returns the terms that could not be understood and were left out."""
        self._query = query.parse(text)
        self._narrow()
        return self._query.ignored

    def set_scope(self, scope: TaskScope) -> None:
        """Show only the tasks of `scope`."""
        self._scope = scope
        self._narrow()

    def _narrow(self) -> None:
        before = self.selected_ids()
        self.model.narrow(self._scope, self._query)
        self._say_empty()
        if before and not self.selected_ids():
            self._hidden = before[0]
        elif self._hidden is not None and self._hidden in self.model.ids():
            self.select(self._hidden)

    def sort_by(self, column: int, *, falling: bool) -> None:
        """Order by a column of `COLUMNS`."""
        self._column, self._falling = column, falling
        self.grid.horizontalHeader().setSortIndicator(column, FALLING if falling else RISING)
        self.model.sort_by(column, descending=falling)
        if COLUMNS[column].code == QUEUE:
            self._show_queue()

    def _header_clicked(self, column: int) -> None:
        falling = not self._falling if column == self._column else COLUMNS[column].falling
        self.sort_by(column, falling=falling)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self.grid.set_inks(Inks(tokens, self.font()))

    # menu

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Set the context menu; an action with `isSeparator` separates."""
        self._actions = tuple(actions)

    def menu(self, *, actions: bool = True) -> QMenu:
        """Return the context menu: the given actions, and the order by every column for the keyboard."""
        menu = QMenu(self)
        if actions:
            menu.addActions(list(self._actions))
            menu.addSeparator()
        order = menu.addMenu(self._words("table.sort_by"))
        for number, column in enumerate(COLUMNS):
            action = order.addAction(self._words(f"column.{column.code}"))
            action.setCheckable(True)
            action.setChecked(number == self._column)
            action.triggered.connect(lambda _checked=False, number=number: self._header_clicked(number))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """See QWidget; also by the menu key."""
        header = self.grid.horizontalHeader()
        menu = self.menu(actions=not header.rect().contains(header.mapFromGlobal(event.globalPos())))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    # settings

    def save_state(self) -> str:
        """Return widths and order as JSON, for settings."""
        widths = {column.code: self.grid.wanted[number] for number, column in enumerate(COLUMNS)}
        return write(TableState(widths=widths, column=COLUMNS[self._column].code, falling=self._falling))

    def restore_state(self, state: str) -> None:
        """Take back what `save_state` returned; anything else changes nothing."""
        found = read(state)
        if found is None:
            return
        for code, width in found.widths.items():
            if code in INDEX:
                self.grid.wanted[INDEX[code]] = width
        self.grid.fit_columns()
        if found.column in INDEX:
            self.sort_by(INDEX[found.column], falling=found.falling)
