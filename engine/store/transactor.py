"""Writes batches of records, each batch in one transaction. Runs on the writer's thread and knows no event loop.

A commit that fails is unknown, not undone: a row can come back after an error in a sync, and after a failed sync the
same descriptor must not be trusted. So the transactor fences itself: it writes nothing more until `reopen` has opened
the database anew and seen whether the batch is there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import apsw

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.fence import Fence
from engine.domain.ids import TaskId
from engine.domain.step import Fork, Note, Record
from engine.domain.task import Standing
from engine.store import points
from engine.store.connection import as_store_errors, store_error
from engine.store.database import Database
from engine.store.port import StoredTask
from engine.store.rows import Rows
from engine.store.watermark import Watermark

logger = logging.getLogger("drover.store")


@dataclass(frozen=True, slots=True)
class Create:
    """New tasks, all or none."""

    tasks: tuple[StoredTask, ...]
    fork: Fork | None = None
    """Where the one task comes from, if it is a fork."""


@dataclass(frozen=True, slots=True)
class Append:
    """A record and the standing after it."""

    record: Record
    standing: Standing


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed spec, its note and the standing after it."""

    task: StoredTask
    note: Note


@dataclass(frozen=True, slots=True)
class Delete:
    """Tasks taken out of view; with no time, taken back into it."""

    tasks: tuple[TaskId, ...]
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class SetBudget:
    """A limit (pico) that no task's spec and no setting holds."""

    level: str
    key: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class SetFence:
    """A model that is no longer called, or is again."""

    fence: Fence
    up: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """Texts or raw replies taken away to save room; digests stay."""

    records: tuple[int, ...]
    texts: bool
    raw: bool


Write = Create | Append | Edit | Delete | SetBudget | SetFence | Drop


class Transactor:
    """The writer's side of the database: not safe for two threads at once."""

    def __init__(self, open_: Callable[[], Database], reach: Callable[[str], None]) -> None:
        """Write through the connection that `open_` makes, now and after each failure; raises `DroverError`."""
        self._open = open_
        self._reach = reach
        self._connection = open_()
        self._rows = Rows(self._connection)
        self._fence: DroverError | None = None
        self._doubtful: Watermark | None = None
        """The last record of a batch of which nobody knows whether it is durable."""
        self.durable = Watermark(seq=self._rows.seq)
        """The last record known durable; no hash before the first commit."""

    def commit(self, writes: Sequence[Write]) -> DroverError | None:
        """Write a batch in one transaction; return None when it is durable, else why that is not known."""
        if self._fence is not None:
            return self._fence
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for write in writes:
                self._apply(write)
            self._rows.flush()
            self._reach(points.BEFORE_COMMIT)
            self._connection.execute("COMMIT")
            self._reach(points.AFTER_COMMIT)
            self.durable = self._mark()
        except apsw.ConstraintError as error:  # what contradicts the store: a fault of ours
            self._give_up(DroverError(ErrorCode.INTERNAL, str(error)))
        except apsw.Error as error:
            self._give_up(store_error(error))
        except (ValueError, TypeError, OverflowError) as error:  # a value that no column holds: a fault of ours
            self._give_up(DroverError(ErrorCode.INTERNAL, repr(error)))
        return self._fence

    def reopen(self) -> bool:
        """Open the database anew after a failure; return whether the batch that failed is in it after all.

        Raises `DroverError` where it cannot be opened; the fence stays then.
        """
        self._close()
        with as_store_errors():
            self._connection = self._open()
            self._rows = Rows(self._connection)
            came_back = self._doubtful is not None and self._has(self._doubtful)
        if came_back and self._doubtful is not None:
            self.durable = self._doubtful
        self._fence = self._doubtful = None
        return came_back

    def close(self) -> None:
        """Close the connection; the write-ahead log is folded in."""
        self._close()

    def _mark(self) -> Watermark:
        last = self._rows.last
        if last is None:
            return self.durable
        return Watermark(seq=self._rows.seq, record=last.id, hash=last.hash)

    def _has(self, mark: Watermark) -> bool:
        row = self._connection.execute("SELECT hash FROM record WHERE id = ?", (mark.record,)).fetchone()
        return row is not None and row[0] == mark.hash

    def _give_up(self, error: DroverError) -> None:
        logger.error("saving failed, nothing more is written until the store is opened anew: %s", error)
        self._fence = error
        mark = self._mark()
        self._doubtful = None if mark == self.durable else mark
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except apsw.Error:
                self._connection.interrupt()  # fenced already: what the file holds is read when it is opened anew

    def _close(self) -> None:
        with suppress(apsw.Error):  # of a database that failed: it is read when it is opened anew
            self._connection.close()

    def _apply(self, write: Write) -> None:
        rows = self._rows
        match write:
            case Append():
                rows.append(write.record, write.standing)
            case Create():
                for task in write.tasks:
                    rows.create(task, write.fork)
            case Edit():
                rows.edit(write.task, write.note)
            case Delete():
                rows.delete(write.tasks, write.at_ms)
            case Drop(records, texts, raw):
                rows.drop(records, texts=texts, raw=raw)
            case SetBudget() | SetFence():
                self._set(write)

    def _set(self, write: SetBudget | SetFence) -> None:
        execute = self._connection.execute
        match write:
            case SetBudget(level, key, None):
                execute("DELETE FROM budget WHERE level = ? AND key = ?", (level, key))
            case SetBudget(level, key, amount):
                execute("INSERT OR REPLACE INTO budget (level, key, amount) VALUES (?, ?, ?)", (level, key, amount))
            case SetFence(fence, True):
                bindings = (fence.provider, fence.model, fence.attempt, fence.at_ms)
                execute("INSERT OR REPLACE INTO fence (provider, model, attempt, at) VALUES (?, ?, ?, ?)", bindings)
            case SetFence(fence, _):
                execute("DELETE FROM fence WHERE provider = ? AND model = ?", (fence.provider, fence.model))
