"""The table as Qt asks for it: rows of a `TaskOrder`, changes announced only where somebody looks.

Rows are painted by `ui.tasks.delegate` straight from the snapshot; the roles here serve accessibility, tooltips,
copying and tests, and say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from engine.face import ChangeBatch, TaskId, TaskSnapshot
from ui.plain import as_plain
from ui.tasks.columns import COLUMNS, QUEUE, Column
from ui.tasks.format import NONE, count
from ui.tasks.layout_signals import VERTICAL, by_rows
from ui.tasks.order import Arrangement, TaskOrder, creation, queue_key
from ui.tasks.query import Query
from ui.tasks.scope import TaskScope
from ui.text import Words

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NOWHERE = QModelIndex()
LAST = len(COLUMNS) - 1
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


DRAGGED = "application/x-drover-tasks"


class TaskModel(QAbstractTableModel):
    """Holds the rows. `visible` is asked for the first and last row in sight; without it all are announced."""

    dropped = Signal(object, object)
    """Tasks were dragged before another one: their ids, and its id or None for the end."""

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self.by_queue = False
        """Whether the rows stand in the queue's order, so that dragging means something."""
        self._words = words
        self._order = TaskOrder()
        self.now = 0.0
        """Monotonic time of the last batch, which countdowns are shown against."""
        self.visible: Callable[[], tuple[int, int]] | None = None

    # what changes

    def apply(self, batch: ChangeBatch) -> None:
        """Take in a batch and announce the changed rows in sight; their order waits for `settle`."""
        self.now = batch.at
        self._order.take(batch)
        if batch.changed or batch.added:
            self._announce({task.id for task in batch.changed} | {task.id for task in batch.added})

    @property
    def unsettled(self) -> bool:
        """Whether `settle` may have something to do."""
        return self._order.unsettled

    @property
    def waits(self) -> bool:
        """Whether any task has a place in the queue, shown or not."""
        return self._order.waits

    @property
    def total(self) -> int:
        """Tasks, shown or not."""
        return len(self._order.tasks)

    def settle(self) -> None:
        """Let rows leave, join and take their places."""
        change = self._order.settle()
        if change is not None:
            self._leave(change)
            self._join(change)
            self._order.forget()

    def sort_by(self, column: int, *, descending: bool) -> None:
        """Order by a column, or by creation for -1, at once."""
        read = COLUMNS[column].order if 0 <= column <= LAST else creation
        self.by_queue = read is queue_key and not descending
        self._order.sort_by(read, descending=descending)
        self.settle()

    def narrow(self, scope: TaskScope, query: Query) -> None:
        """Show only what belongs to both, at once."""
        self._order.narrow(scope, query)
        self.settle()

    def task(self, row: int) -> TaskSnapshot:
        """Return what a row shows."""
        order = self._order
        return order.tasks[order.rows[row]]

    def ids(self) -> list[TaskId]:
        """Return the rows' tasks; not to be changed."""
        return self._order.rows

    def tasks(self) -> Iterable[TaskSnapshot]:
        """Go over all tasks, shown or not."""
        return self._order.tasks.values()

    def _announce(self, changed: set[TaskId]) -> None:
        rows = self._order.rows
        first, last = self.visible() if self.visible is not None else (0, len(rows) - 1)
        hit = [row for row in range(max(0, first), min(last, len(rows) - 1) + 1) if rows[row] in changed]
        if hit:
            self.dataChanged.emit(self.index(hit[0], 0), self.index(hit[-1], LAST))

    def _leave(self, change: Arrangement) -> None:
        leaving = change.leaving
        if not leaving:
            return
        rows = self._order.rows
        places = [row for row, task in enumerate(rows) if task in leaving]
        if places[-1] - places[0] + 1 != len(places):
            self._lay_out([task for task in rows if task not in leaving] + [rows[row] for row in places])
            places = [len(rows) - len(places), len(rows) - 1]
        self.beginRemoveRows(NOWHERE, places[0], places[-1])
        del self._order.rows[places[0] : places[-1] + 1]
        self.endRemoveRows()

    def _join(self, change: Arrangement) -> None:
        joining, rows = set(change.joining), self._order.rows
        if joining:
            places = [row for row, task in enumerate(change.rows) if task in joining]
            together = places[-1] - places[0] + 1 == len(places)
            if together and [task for task in change.rows if task not in joining] == rows:
                self._insert(places[0], change.rows[places[0] : places[-1] + 1])
                return
            self._insert(len(rows), list(change.joining))
        if self._order.rows != change.rows:
            self._lay_out(change.rows)

    def _insert(self, at: int, tasks: list[TaskId]) -> None:
        self.beginInsertRows(NOWHERE, at, at + len(tasks) - 1)
        self._order.rows[at:at] = tasks
        self.endInsertRows()

    def _lay_out(self, rows: list[TaskId]) -> None:
        """Change the order and nothing else; what was selected stays selected."""
        by_rows(self.layoutAboutToBeChanged).emit([], VERTICAL)
        before = self.persistentIndexList()
        held = [(self._order.rows[index.row()], index.column()) for index in before]
        self._order.rows = rows
        if held:
            place = {task: row for row, task in enumerate(rows)}
            self.changePersistentIndexList(before, [self.index(place[task], column) for task, column in held])
        by_rows(self.layoutChanged).emit([], VERTICAL)

    # what Qt asks

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(self._order.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        """See QAbstractItemModel."""
        if not index.isValid():
            return None
        column = COLUMNS[index.column()]
        match role:
            case Role.DisplayRole:
                return self.text(self.task(index.row()), column)
            case Role.AccessibleTextRole:
                text = self.text(self.task(index.row()), column)
                return f"{self._words(f'column.{column.code}')}: {text}"
            case Role.ToolTipRole:
                return self._tooltip(self.task(index.row()), column.code)
            case Role.TextAlignmentRole:
                return RIGHT if column.right else LEFT
            case _:
                return None

    def text(self, task: TaskSnapshot, column: Column) -> str:
        """Return what a cell says."""
        if column.code != QUEUE:
            return column.text(task, self._words, self.now)
        place = self._order.place(task.id)
        return NONE if place is None else count(place)

    # dragging rows that wait, where they stand in the queue's order

    def flags(self, index: Index) -> Qt.ItemFlag:
        """See QAbstractItemModel; what waits can be dragged, between rows can be dropped."""
        flags = super().flags(index)
        if not self.by_queue:
            return flags
        if not index.isValid():
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        waits = self._order.place(self.task(index.row()).id) is not None
        return flags | Qt.ItemFlag.ItemIsDragEnabled if waits else flags

    def supportedDropActions(self) -> Qt.DropAction:
        """See QAbstractItemModel."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """See QAbstractItemModel."""
        return [DRAGGED]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the tasks of the dragged rows."""
        rows = sorted({index.row() for index in indexes})
        data = QMimeData()
        data.setData(DRAGGED, QByteArray("\n".join(self._order.rows[row] for row in rows).encode()))
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Ask for the move; the next batch shows it, so Qt itself moves nothing."""
        del action, column, parent
        ids = tuple(TaskId(each) for each in bytes(data.data(DRAGGED).data()).decode().split("\n"))
        self.dropped.emit(ids, self._order.rows[row] if 0 <= row < len(self._order.rows) else None)
        return False

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        """See QAbstractItemModel."""
        if orientation is Qt.Orientation.Vertical or not 0 <= section <= LAST:
            return None
        if role == Role.DisplayRole:
            return self._words(f"column.{COLUMNS[section].code}")
        if role == Role.TextAlignmentRole:
            return RIGHT if COLUMNS[section].right else LEFT
        return None

    def _tooltip(self, task: TaskSnapshot, code: str) -> str | None:
        """Plain text, escaped where Qt would guess at markup: names and errors come from anywhere."""
        text = {"task": task.spec.goal or task.name, "status": task.standing.detail}.get(code, "")
        return as_plain(text[:600]) if text else None
