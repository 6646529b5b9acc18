"""The order of the table: all tasks, which of them are shown, and in which rows. Qt-free.

A proxy model that sorts live data costs 640 ms a sort at 10,000 rows; this order is owned, so a change costs one
entry in a dict, and the rows are arranged anew only when `settle` is called, a few times a second. Keys and membership
are then computed for the tasks that changed, and sorting rows that are nearly sorted is cheap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from engine.face import ChangeBatch, State, TaskId, TaskSnapshot
from ui.tasks.query import Query
from ui.tasks.scope import ALL_TASKS, TaskScope

Value = str | int | float | tuple[int, float] | None
Read = Callable[[TaskSnapshot], Value]
Key = tuple[bool, Value, int]
"""(missing, value, place of creation): what has no value comes last, whichever way the order goes."""


JUDGED_AT_ONCE = 1500
"""Changed tasks looked at in a frame: about 2 ms."""


def creation(task: TaskSnapshot) -> Value:
    """Order by time of creation: every task's own key is its place."""
    del task
    return 0


def queue_key(task: TaskSnapshot) -> tuple[int, float] | None:
    """Order by the queue; what does not wait has no place."""
    return task.place if task.state is State.PENDING else None


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
        """Changed, and not yet judged."""
        self._joined: dict[TaskId, None] = {}
        """Belong to the rows and have none yet."""
        self._left: dict[TaskId, None] = {}
        """Have a row and belong there no more."""
        self._gone: dict[TaskId, None] = {}
        """Removed, but still readable while a row shows them."""
        self._unsorted = False
        self._read: Read = creation
        self._descending = False
        self._belongs: Callable[[TaskSnapshot], bool] | None = None
        self._waiting: dict[TaskId, tuple[int, float]] = {}
        """Where those stand that wait in the queue."""
        self._places: dict[TaskId, int] | None = None
        """Of those that wait, from 1; None where the queue changed since they were counted."""

    @property
    def unsettled(self) -> bool:
        """Whether `settle` may have something to arrange."""
        return bool(self._stale or self._joined or self._left or self._gone or self._unsorted)

    def take(self, batch: ChangeBatch) -> None:
        """Take in what changed; rows stand as they are until they are settled.

        Some of what changed is judged at once, so that settling has little left to do; no more than that, so that a
        task that changes in each frame is not judged in each frame.
        """
        for tasks in (batch.added, batch.changed):
            self.tasks.update((task.id, task) for task in tasks)
            for task in tasks:
                self._queue(task.id, queue_key(task))
            self._stale.update((task.id, None) for task in tasks)
        for task in batch.added:
            self._gone.pop(task.id, None)
        for task in batch.removed:
            self._queue(task, None)
        self._gone.update((task, None) for task in batch.removed if task in self.tasks)
        for task in list(islice(self._stale, JUDGED_AT_ONCE)):
            del self._stale[task]
            self._judge(task)

    def place(self, task: TaskId) -> int | None:
        """Return the place in the queue of a task that waits, from 1; counted when it is first asked for."""
        if self._places is None:
            waiting = sorted(self._waiting, key=self._waiting.__getitem__)
            self._places = {each: number for number, each in enumerate(waiting, 1)}
        return self._places.get(task)

    @property
    def waits(self) -> bool:
        """Whether any task has a place in the queue."""
        return bool(self._waiting)

    def _queue(self, task: TaskId, place: tuple[int, float] | None) -> None:
        """Count the places anew only where the queue itself changed: most changes are of tasks that run."""
        if self._waiting.get(task) == place:
            return
        self._places = None
        if place is None:
            del self._waiting[task]
        else:
            self._waiting[task] = place

    def sort_by(self, read: Read, *, descending: bool) -> None:
        """Order by what `read` gives, ties in order of creation."""
        self._read, self._descending = read, descending
        self._all_stale()

    def narrow(self, scope: TaskScope, query: Query) -> None:
        """Show only what belongs to both."""
        if scope == ALL_TASKS:
            self._belongs = query.holds if query.terms else None
        elif query.terms:
            self._belongs = lambda task: scope.holds(task) and query.holds(task)
        else:
            self._belongs = scope.holds
        self._all_stale()

    def settle(self) -> Arrangement | None:
        """Return how the rows must change now, or None; whoever asks must carry it out."""
        for task in self._stale:
            self._judge(task)
        self._stale.clear()
        for task in self._gone:
            self._leave(task)
        leaving, joining = frozenset(self._left), tuple(self._joined)
        self._left.clear()
        self._joined.clear()
        if not (self._unsorted or leaving or joining):
            self.forget()
            return None
        self._unsorted = False
        stay = [task for task in self.rows if task not in leaving] if leaving else self.rows
        rows = sorted([*stay, *joining], key=self._keys.__getitem__, reverse=self._descending)
        if not leaving and not joining and rows == self.rows:
            return None
        return Arrangement(leaving, joining, rows)

    def forget(self) -> None:
        """Let go of removed tasks: called once an arrangement is carried out and no row shows them."""
        for task in self._gone:
            del self.tasks[task]
        self._gone.clear()

    def _all_stale(self) -> None:
        self._stale = dict.fromkeys(self.tasks)
        self._unsorted = True

    def _judge(self, task: TaskId) -> None:
        """Bring up to date whether a task belongs to the rows, and by which key."""
        snapshot = self.tasks[task]
        if self._belongs is not None and not self._belongs(snapshot):
            self._leave(task)
            return
        value = self._read(snapshot)
        descending = self._descending
        key = ((value is None) != descending, value, -snapshot.order if descending else snapshot.order)
        before = self._keys.get(task)
        if key != before:
            self._keys[task] = key
            self._unsorted = True
        if before is None:
            self._join(task)

    def _join(self, task: TaskId) -> None:
        if task in self._left:
            del self._left[task]
        else:
            self._joined[task] = None

    def _leave(self, task: TaskId) -> None:
        if self._keys.pop(task, None) is None:
            return
        if task in self._joined:
            del self._joined[task]
        else:
            self._left[task] = None
