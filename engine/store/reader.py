"""Reads the database on a thread of its own, beside the writer, of this process or another.

A task's chain is checked before anything of its records is given out: damage is an error that names the place, and
never another text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

import msgspec

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import AttemptRecord, Checkpoint, Intent, LogEntry, Outcome, StepRecord
from engine.store.chain import digest, link, origin
from engine.store.codec import Record, decode, spec, standing
from engine.store.connection import as_store_errors
from engine.store.database import Database
from engine.store.port import Spending, StoredTask
from engine.store.reading import log_entry, steps_of

T = TypeVar("T")

TASKS = "SELECT id, position, spec, standing FROM task WHERE deleted_at IS NULL"
RECORDS = (
    "SELECT place, kind, header, digest, hash, text, raw, payload.seq IS NOT NULL FROM record"
    " LEFT JOIN payload USING (seq) WHERE task = ? ORDER BY place"
)


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
        return await self._on_thread(lambda: steps_of(_attempts(self._records(task))))

    async def replies(self, task: TaskId) -> tuple[str, ...]:
        """See `StoreReader`."""
        return tuple(step.accepted.text for step in await self.steps(task) if step.accepted)

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """See `StoreReader`."""
        records = await self._on_thread(lambda: self._records(task))
        return tuple(record for record in records if isinstance(record, Checkpoint))

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """See `StoreReader`."""
        records = await self._on_thread(lambda: self._records(task))
        return tuple(log_entry(place, record) for place, record in enumerate(records, 1))

    async def open_attempts(self) -> tuple[AttemptRecord, ...]:
        """See `StoreReader`."""

        def read() -> tuple[AttemptRecord, ...]:
            rows = self._connection.execute(
                "SELECT header FROM attempt JOIN record ON record.seq = intent_seq WHERE outcome_seq IS NULL"
                " ORDER BY intent_seq"
            )
            intents = (decode("intent", row[0]) for row in rows)
            return tuple(AttemptRecord(intent=intent) for intent in intents if isinstance(intent, Intent))

        return await self._on_thread(read)

    async def spending(self) -> Spending:
        """See `StoreReader`."""

        def read() -> Spending:
            days: dict[str, int] = {}
            batches: dict[str, int] = {}
            for day, batch, cost in self._connection.execute(
                "SELECT day, batch, sum(cost) FROM attempt GROUP BY day, batch"
            ):
                days[day] = days.get(day, 0) + cost
                if batch:
                    batches[batch] = batches.get(batch, 0) + cost
            return Spending(total=sum(days.values()), days=days, batches=batches)

        return await self._on_thread(read)

    async def close(self) -> None:
        """Close the connection."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._connection.close)

    async def _on_thread(self, read: Callable[[], T]) -> T:
        def mapped() -> T:
            with as_store_errors(), self._connection:  # one snapshot: the writer commits in between
                return read()

        return await asyncio.get_running_loop().run_in_executor(self._executor, mapped)

    def _tasks(self, sql: str, bindings: tuple[str, ...]) -> tuple[StoredTask, ...]:
        return tuple(_task(*row) for row in self._connection.execute(sql, bindings))

    def _records(self, task: TaskId) -> list[Record]:
        """Return a task's records, each one's place in the chain checked; raises UNKNOWN_TASK, STORE_DAMAGED."""
        row = self._connection.execute(
            "SELECT records, head FROM task WHERE id = ? AND deleted_at IS NULL", (task,)
        ).fetchone()
        if row is None:
            raise DroverError(ErrorCode.UNKNOWN_TASK, task)
        head, records = origin(task), list[Record]()
        for place, kind, header, payload, hash_, text, raw, kept in self._connection.execute(RECORDS, (task,)):
            head = link(head, kind, header, payload)
            dropped = not kept
            if place != len(records) + 1 or head != hash_ or not (dropped or digest(text, raw) == payload):
                raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}, record {place}")
            records.append(_decoded(task, place, kind, header, text))
        if (len(records), head) != row:
            raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task} ends at record {len(records)} of {row[0]}")
        return records


def _task(task: TaskId, order: int, packed_spec: bytes, packed_standing: bytes) -> StoredTask:
    try:
        return StoredTask(id=task, order=order, spec=spec(packed_spec), standing=standing(packed_standing))
    except msgspec.DecodeError as error:
        raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}: {error}") from error


def _decoded(task: TaskId, place: int, kind: str, header: bytes, text: str | None) -> Record:
    try:
        return decode(kind, header, text)
    except (msgspec.DecodeError, KeyError) as error:
        raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}, record {place}: {error}") from error


def _attempts(records: list[Record]) -> list[AttemptRecord]:
    outcomes = {record.attempt: record for record in records if isinstance(record, Outcome)}
    intents = (record for record in records if isinstance(record, Intent))
    return [AttemptRecord(intent=intent, outcome=outcomes.get(intent.attempt)) for intent in intents]
