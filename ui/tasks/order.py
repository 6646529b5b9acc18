"""The order of the table: all tasks, which of them are shown, and in which rows. Qt-free.

A proxy model that sorts live data costs 640 ms a sort at 10,000 rows; this order is owned, so a change costs one
entry in a dict, and the rows are arranged anew only when `settle` is called, a few times a second. Keys and membership
are then computed for the tasks that changed, and sorting rows that are nearly sorted is cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.face import ChangeBatch, TaskId, TaskSnapshot
from ui.tasks.query import EVERYTHING, Query
from ui.tasks.scope import ALL_TASKS, TaskScope

Value = str | int | float | None
Read = Callable[[TaskSnapshot], Value]
Key = tuple[bool, Value, int]
"""(missing, value, place of creation): what has no value comes last, whichever way the order goes."""


def creation(task: TaskSnapshot) -> Value:
    """Order by time of creation: every task's own key is its place."""
    del task
    return 0


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the rows must change: `leaving` go, `joining` come, and then they stand as `rows` says."""

    leaving: frozenset[TaskId]
    joining: tuple[TaskId, ...]
    rows: list[TaskId]


class TaskOrder:
    """Tasks by id and the rows they are shown in. `rows` is set by who shows them, from an `Arrangement`."""

    def __init__(self) -> None:
        """Begin empty, in order of creation."""
        self.tasks: dict[TaskId, TaskSnapshot] = {}
        self.rows: list[TaskId] = []
        self._keys: dict[TaskId, Key] = {}
        """Of the tasks that belong to the rows."""
        self._stale: dict[TaskId, None] = {}
        self._gone: dict[TaskId, None] = {}
        self._unsorted = False
        self._read: Read = creation
        self._descending = False
        self._scope: TaskScope = ALL_TASKS
        self._query: Query = EVERYTHING

    @property
    def unsettled(self) -> bool:
        """Whether `settle` may have something to arrange."""
        return bool(self._stale or self._gone or self._unsorted)

    def take(self, batch: ChangeBatch) -> None:
        """Take in what changed; rows stand as they are until they are settled."""
        for tasks in (batch.added, batch.changed):
            self.tasks.update((task.id, task) for task in tasks)
            self._stale.update((task.id, None) for task in tasks)
        for task in batch.added:
            self._gone.pop(task.id, None)
        self._gone.update((task, None) for task in batch.removed if task in self.tasks)

    def sort_by(self, read: Read, *, descending: bool) -> None:
        """Order by what `read` gives, ties in order of creation."""
        self._read, self._descending = read, descending
        self._all_stale()

    def narrow(self, scope: TaskScope, query: Query) -> None:
        """Show only what belongs to both."""
        self._scope, self._query = scope, query
        self._all_stale()

    def settle(self) -> Arrangement | None:
        """Return how the rows must change now, or None; whoever asks must carry it out."""
        joining = [task for task in self._stale if task not in self._gone and self._judge(task)]
        leaving = self._leavers()
        self._stale.clear()
        if not (self._unsorted or leaving or joining):
            self.forget()
            return None
        self._unsorted = False
        stay = [task for task in self.rows if task not in leaving] if leaving else self.rows
        rows = sorted([*stay, *joining], key=self._keys.__getitem__, reverse=self._descending)
        if not leaving and not joining and rows == self.rows:
            return None
        return Arrangement(frozenset(leaving), tuple(joining), rows)

    def forget(self) -> None:
        """Let go of removed tasks: called once an arrangement is carried out and no row shows them."""
        for task in self._gone:
            del self.tasks[task]
        self._gone.clear()

    def _all_stale(self) -> None:
        self._stale = dict.fromkeys(self.tasks)
        self._unsorted = True

    def _judge(self, task: TaskId) -> bool:
        """Bring a task's key up to date; whether it joins the rows."""
        snapshot = self.tasks[task]
        before = self._keys.get(task)
        if not (self._scope.holds(snapshot) and self._query.holds(snapshot)):
            if before is not None:
                self._gone_from_rows(task)
            return False
        value = self._read(snapshot)
        descending = self._descending
        key = ((value is None) != descending, value, -snapshot.order if descending else snapshot.order)
        if key != before:
            self._keys[task] = key
            self._unsorted = True
        return before is None

    def _gone_from_rows(self, task: TaskId) -> None:
        del self._keys[task]
        self._unsorted = True

    def _leavers(self) -> set[TaskId]:
        for task in self._gone:
            self._keys.pop(task, None)
        if not (self._gone or self._unsorted):
            return set()
        return {task for task in self.rows if task not in self._keys}
