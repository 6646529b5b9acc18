"""Writes batches of records, each batch in one transaction. Runs on the writer's thread and knows no event loop.

A commit that fails is unknown, not undone: a row can come back after an error in a sync. So the transactor fences
itself: it writes nothing more until the store is opened anew and says what it has.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import apsw

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import Intent, Note, NoteKind, Outcome
from engine.domain.task import Standing
from engine.store import points
from engine.store.chain import digest, link, origin
from engine.store.codec import Encoded, Record, encode, pack
from engine.store.connection import store_error
from engine.store.database import Database
from engine.store.port import StoredTask

logger = logging.getLogger("drover.store")


@dataclass(frozen=True, slots=True)
class Create:
    """New tasks, all or none."""

    tasks: tuple[StoredTask, ...]


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
    """Tasks taken out of view."""

    tasks: tuple[TaskId, ...]
    at_ms: int


Write = Create | Append | Edit | Delete


@dataclass(slots=True)
class Head:
    """Where a task's chain ends."""

    records: int
    hash: bytes


class Transactor:
    """The writer's side of the database: not safe for two threads at once."""

    def __init__(self, connection: Database, reach: Callable[[str], None]) -> None:
        """Write through `connection`, which nobody else writes through."""
        self._connection = connection
        self._reach = reach
        self._heads: dict[TaskId, Head] = {}
        self._fence: DroverError | None = None
        row = connection.execute("SELECT coalesce(max(seq), 0) FROM record").fetchone()
        self._seq: int = row[0] if row else 0
        self._hash = b""
        self.durable: tuple[int, bytes] = (self._seq, self._hash)
        """Number and hash of the last record known durable; no hash before the first commit."""

    def commit(self, writes: Sequence[Write]) -> DroverError | None:
        """Write a batch in one transaction; return None when it is durable, else why that is not known."""
        if self._fence is not None:
            return self._fence
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for write in writes:
                self._apply(write)
            self._reach(points.BEFORE_COMMIT)
            self._connection.execute("COMMIT")
            self.durable = (self._seq, self._hash)
            self._reach(points.AFTER_COMMIT)
        except apsw.Error as error:
            self._give_up(store_error(error))
        except (ValueError, TypeError, OverflowError) as error:  # a value that no column holds: a fault of ours
            self._give_up(DroverError(ErrorCode.STORE_FAILED, repr(error)))
        return self._fence

    def close(self) -> None:
        """Close the connection; the write-ahead log is folded in."""
        self._connection.close()

    def _give_up(self, error: DroverError) -> None:
        logger.error("saving failed, nothing more is written: %s", error)
        self._fence = error
        self._heads.clear()
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except apsw.Error:
                self._connection.interrupt()  # fenced already: what the file holds is read when it is opened anew

    def _apply(self, write: Write) -> None:
        match write:
            case Append():
                self._append(write.record, write.standing)
            case Create():
                for task in write.tasks:
                    self._create(task)
            case Edit():
                self._connection.execute(
                    "UPDATE task SET spec = ?, batch = ? WHERE id = ?",
                    (pack(write.task.spec), write.task.spec.batch, write.task.id),
                )
                self._append(write.note, write.task.standing)
            case Delete():
                self._connection.executemany(
                    "UPDATE task SET deleted_at = ? WHERE id = ?", [(write.at_ms, task) for task in write.tasks]
                )

    def _create(self, task: StoredTask) -> None:
        self._heads[task.id] = Head(0, origin(task.id))
        self._connection.execute(
            "INSERT INTO task (id, position, batch, spec, standing, records, head) VALUES (?, ?, ?, ?, ?, 0, ?)",
            (task.id, task.order, task.spec.batch, pack(task.spec), pack(task.standing), origin(task.id)),
        )
        at_ms = task.standing.created_at_ms
        self._append(Note(task=task.id, kind=NoteKind.CREATED, at_ms=at_ms), task.standing)

    def _append(self, record: Record, standing: Standing) -> None:
        head = self._head(record.task)
        encoded = encode(record)
        payload = digest(encoded.text, encoded.raw)
        head.hash = link(head.hash, encoded.kind, encoded.header, payload)
        head.records += 1
        self._seq += 1
        self._hash = head.hash
        self._insert(record.task, head, encoded, payload)
        self._connection.execute(
            "UPDATE task SET standing = ?, records = ?, head = ? WHERE id = ?",
            (pack(standing), head.records, head.hash, record.task),
        )
        if isinstance(record, Intent):
            self._open_attempt(record)
        elif isinstance(record, Outcome):
            self._close_attempt(record)

    def _head(self, task: TaskId) -> Head:
        head = self._heads.get(task)
        if head is None:
            row = self._connection.execute("SELECT records, head FROM task WHERE id = ?", (task,)).fetchone()
            if row is None:
                raise apsw.ConstraintError(f"{ErrorCode.UNKNOWN_TASK}: {task}")
            head = self._heads[task] = Head(row[0], row[1])
        return head

    def _insert(self, task: TaskId, head: Head, encoded: Encoded, payload: bytes) -> None:
        self._connection.execute(
            "INSERT INTO record (seq, task, place, kind, at, header, digest, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self._seq, task, head.records, encoded.kind, encoded.at_ms, encoded.header, payload, head.hash),
        )
        if encoded.text is not None or encoded.raw is not None:
            self._connection.execute(
                "INSERT INTO payload (seq, text, raw) VALUES (?, ?, ?)", (self._seq, encoded.text, encoded.raw)
            )

    def _open_attempt(self, intent: Intent) -> None:
        """An attempt without an outcome counts at its hold."""
        self._connection.execute(
            "INSERT INTO attempt (id, task, step, number, batch, provider, model, price_list, provider_request_id,"
            " status, held, cost, day, intent_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 'open', ?, ?, ?, ?)",
            (
                intent.attempt,
                intent.task,
                intent.step,
                intent.number,
                intent.batch,
                intent.provider,
                intent.model,
                intent.price_list,
                intent.held,
                intent.held,
                intent.day,
                self._seq,
            ),
        )

    def _close_attempt(self, outcome: Outcome) -> None:
        self._connection.execute(
            "UPDATE attempt SET status = ?, cost = ?, provider_request_id = ?, outcome_seq = ? WHERE id = ?",
            (outcome.status, outcome.cost, outcome.provider_request_id, self._seq, outcome.attempt),
        )
