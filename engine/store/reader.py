"""Reads the database on a thread of its own, beside the writer, of this process or another.

A task's chain is checked before anything of its records is given out: damage is an error that names the place, and
never another text.
"""

from __future__ import annotations

import asyncio
import copy
import functools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Executor
from typing import TypeVar

import msgspec

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.fence import Fence
from engine.domain.history import History
from engine.domain.ids import TaskId
from engine.domain.ledger_entry import LedgerEntry
from engine.domain.outlay import ModelKey, Outlay
from engine.domain.step import AttemptRecord, Checkpoint, Fork, Intent, LogEntry, Record, StepRecord
from engine.domain.storage import StorageSizes
from engine.store.check import TASK, Check, ends
from engine.store.codec import Encoded, spec, standing
from engine.store.connection import as_store_errors, snapshot
from engine.store.database import Database
from engine.store.journal import Walk, cut_back, decoded
from engine.store.outlays import SLICE as TASKS_AT_ONCE
from engine.store.outlays import stored_differing, stored_outlays
from engine.store.port import Followed, Holding, Point, Spending, StoredTask
from engine.store.reading import (
    checkpoints_of,
    history_of,
    ledger_entries,
    log_entry,
    parent_of,
    point_of,
    replies_of,
    steps_of,
    summed,
)
from engine.store.repair.remains import remains_of, task_row
from engine.store.rows import OPEN, PLACES
from engine.store.sizes import SLICE, last_number, weighed

T = TypeVar("T")

TASKS = "SELECT id, position, spec, standing FROM task JOIN standing USING (no) WHERE deleted_at IS NULL"


class Reader:
    """See `engine.store.port.StoreReader`."""

    def __init__(self, connection: Database, executor: Executor) -> None:
        """Read through `connection`, used on `executor`'s one thread only."""
        self._connection = connection
        self._executor = executor

    async def scan(self) -> tuple[StoredTask, ...]:
        """See `StoreReader`."""
        return await self._on_thread(lambda: self._tasks(TASKS + " ORDER BY position", ()))

    async def load(self, task: TaskId) -> StoredTask:
        """See `StoreReader`."""

        def read() -> StoredTask:
            self._records(task)
            (found,) = self._tasks(TASKS + " AND id = ?", (task,))
            return found

        return await self._on_thread(read)

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """See `StoreReader`."""
        return await self._on_thread(lambda: steps_of(self._records(task)))

    async def replies(self, task: TaskId) -> tuple[str, ...]:
        """See `StoreReader`."""
        return await self._on_thread(lambda: replies_of(self._records(task)))

    async def history(self, task: TaskId) -> History:
        """See `StoreReader`."""
        return await self._on_thread(lambda: history_of(self._records(task)))

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """See `StoreReader`."""
        return await self._on_thread(lambda: checkpoints_of(self._records(task)))

    async def point(self, task: TaskId, step: int) -> Point:
        """See `StoreReader`."""
        return await self._on_thread(lambda: point_of(self._records(task), step, lambda place: self._hash(task, place)))

    async def parent(self, task: TaskId) -> Fork | None:
        """See `StoreReader`."""
        return await self._on_thread(lambda: parent_of(self._records(task)))

    async def follow(self, task: TaskId, before: Followed | None = None) -> Followed:
        """See `StoreReader`."""

        def read() -> Followed:
            records, end = self._walked(task, before)
            (found,) = self._tasks(TASKS + " AND id = ?", (task,))
            fork = parent_of(records)
            return Followed(task=found, steps=steps_of(records), fork=fork, records=tuple(records), end=end)

        return await self._on_thread(read)

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """See `StoreReader`."""
        records = await self._on_thread(lambda: self._records(task))
        return tuple(log_entry(place, record) for place, record in enumerate(records, 1))

    async def open_attempts(self) -> tuple[AttemptRecord, ...]:
        """See `StoreReader`."""
        return await self._on_thread(lambda: tuple(AttemptRecord(intent=intent) for intent in self._open_intents()))

    async def spending(self) -> Spending:
        """See `StoreReader`."""

        def read() -> Spending:
            closed = self._connection.execute("SELECT day, batch, cost FROM spending")
            held = ((intent.day, intent.batch, intent.held) for intent in self._open_intents())
            return summed((*closed, *held))

        return await self._on_thread(read)

    async def outlays(self) -> tuple[Outlay, ...]:
        """See `StoreReader`."""
        return await self._on_thread(lambda: stored_outlays(self._connection))

    async def differing(self) -> Mapping[ModelKey, int]:
        """See `StoreReader`."""
        found = Counter[ModelKey]()
        last = await self._on_thread(lambda: last_number(self._connection))
        for first in range(0, last + 1, TASKS_AT_ONCE):
            found += await self._on_thread(lambda first=first: stored_differing(self._connection, first))
        return found

    async def ledger(self) -> AsyncIterator[LedgerEntry]:
        """See `StoreReader`; one task at a time is in memory."""
        no = 0
        while (found := await self._on_thread(functools.partial(self._entries_after, no))) is not None:
            no, entries = found
            for entry in entries:
                yield entry

    async def budgets(self) -> Mapping[tuple[str, str], int]:
        """See `StoreReader`."""

        def read() -> dict[tuple[str, str], int]:
            rows = self._connection.execute("SELECT level, key, amount FROM budget")
            return {(level, key): amount for level, key, amount in rows}

        return await self._on_thread(read)

    async def fences(self) -> tuple[Fence, ...]:
        """See `StoreReader`."""

        def read() -> tuple[Fence, ...]:
            rows = self._connection.execute("SELECT provider, model, attempt, at FROM fence ORDER BY at")
            return tuple(Fence(provider=p, model=m, attempt=a, at_ms=at) for p, m, a, at in rows)

        return await self._on_thread(read)

    async def check(self, task: TaskId) -> None:
        """See `StoreReader`."""
        check = Check(task)
        while not await self._on_thread(lambda: check.some(self._connection)):
            pass

    async def holding(self, task: TaskId) -> Holding:
        """See `StoreReader`."""

        def read() -> Holding:
            row = task_row(self._connection, task)
            if row is None:
                raise DroverError(ErrorCode.UNKNOWN_TASK, task)
            found = remains_of(self._connection, row)
            return Holding(steps=found.fold.standing.steps_done, lost_records=found.lost)

        return await self._on_thread(read)

    async def sizes(self) -> StorageSizes:
        """See `StoreReader`."""
        total = StorageSizes()
        last = await self._on_thread(lambda: last_number(self._connection))
        for first in range(0, last + 1, SLICE):
            total = await self._on_thread(lambda first=first, before=total: weighed(self._connection, first, before))
        return total

    async def close(self) -> None:
        """Close the connection."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._connection.close)

    async def _on_thread(self, read: Callable[[], T]) -> T:
        def mapped() -> T:
            with as_store_errors(), snapshot(self._connection):
                return read()

        return await asyncio.get_running_loop().run_in_executor(self._executor, mapped)

    def _tasks(self, sql: str, bindings: tuple[str, ...]) -> tuple[StoredTask, ...]:
        return tuple(_task(*row) for row in self._connection.execute(sql, bindings))

    def _open_intents(self) -> Iterator[Intent]:
        rows = self._connection.execute(
            f"SELECT task.id, kind, at, header FROM ({OPEN.format('no, record')}) CROSS JOIN task USING (no)"  # noqa: S608
            " CROSS JOIN record ON record.id = record ORDER BY record.id"
        )
        for task, kind, at_ms, header in rows:
            record = decoded(task, 0, Encoded(kind, at_ms, header))
            if isinstance(record, Intent):
                yield record

    def _entries_after(self, no: int) -> tuple[int, tuple[LedgerEntry, ...]] | None:
        """Return the number and the money of the task after `no`; None where there is none."""
        row = self._connection.execute(
            "SELECT no, id, spec, records, head FROM task JOIN standing USING (no) WHERE no > ? ORDER BY no LIMIT 1",
            (no,),
        ).fetchone()
        if row is None:
            return None
        found, task, packed, count, head = row
        walk, records, sound = Walk(task, found), list[Record](), True
        try:
            for record in walk.records(self._connection):
                records.append(record)
            ends(walk, packed, count, head)
        except DroverError as error:
            if error.code is not ErrorCode.STORE_DAMAGED:
                raise
            sound = False
        return found, tuple(ledger_entries(task, _name(packed), records, sound=sound))

    def _records(self, task: TaskId) -> list[Record]:
        """Return a task's records, each one's place in the chain checked; raises UNKNOWN_TASK, STORE_DAMAGED."""
        return self._walked(task)[0]

    def _walked(self, task: TaskId, before: Followed | None = None) -> tuple[list[Record], Walk]:
        """Return a task's records, those that were read before taken over, and where they end; raises as `_records`."""
        row = self._connection.execute(TASK, (task,)).fetchone()
        if row is None:
            raise DroverError(ErrorCode.UNKNOWN_TASK, task)
        no, packed, count, head = row
        walk = copy.copy(before.end) if before is not None and isinstance(before.end, Walk) else Walk(task, no)
        records = [*(before.records if before is not None else ()), *walk.records(self._connection)]
        ends(walk, packed, count, head)
        fork = parent_of(records)
        if fork is not None and not self._follows(fork):
            raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}: record {fork.place} of its parent is another")
        return records, walk

    def _follows(self, fork: Fork) -> bool:
        """Whether the record that a fork is linked to is there, or it is known that it is lost: a fork stands alone."""
        return self._hash(fork.parent, fork.place) in (fork.head, None) or cut_back(self._connection, fork.parent)

    def _hash(self, task: TaskId, place: int) -> bytes | None:
        """Return the hash of a record, deleted tasks' too; empty where the task has none there, None without it."""
        row = self._connection.execute(
            "SELECT coalesce(hash, x'') FROM task LEFT JOIN record ON record.id = no * ? + ? WHERE task.id = ?",
            (PLACES, place, task),
        ).fetchone()
        return None if row is None else row[0]


def _name(packed_spec: bytes) -> str:
    """Return what a task is called; nothing where that is damaged."""
    try:
        return spec(packed_spec).name
    except (msgspec.DecodeError, TypeError):
        return ""


def _task(task: TaskId, order: int, packed_spec: bytes, packed_standing: bytes) -> StoredTask:
    try:
        return StoredTask(id=task, order=order, spec=spec(packed_spec), standing=standing(packed_standing))
    except (msgspec.DecodeError, TypeError) as error:
        raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}: {error}") from error
