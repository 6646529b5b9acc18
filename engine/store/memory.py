"""The fake beside the `Store` port: everything in memory, durable as long as the object lives.

It outlives the engine that writes to it, so that a test can start "the program" again on the same records.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import AttemptRecord, Checkpoint, Intent, LogEntry, Note, NoteKind, Outcome, StepRecord
from engine.domain.task import Standing
from engine.store.port import Spending, StoredTask, StoreHealth
from engine.store.reading import log_entry, spending_of, steps_of

Record = Intent | Outcome | Checkpoint | Note


@dataclass(slots=True, eq=False)
class MemoryStore:
    """See `engine.store.port.Store`."""

    tasks: dict[TaskId, StoredTask] = field(default_factory=dict[TaskId, StoredTask])
    records: dict[TaskId, list[Record]] = field(default_factory=dict[TaskId, list[Record]])
    deleted: set[TaskId] = field(default_factory=set[TaskId])
    failing: DroverError | None = None
    """Raised by every write while it is set."""

    def create(self, tasks: Sequence[StoredTask]) -> asyncio.Future[None]:
        """See `Store`."""
        if self.failing is None:
            for task in tasks:
                self.tasks[task.id] = task
                note = Note(task=task.id, kind=NoteKind.CREATED, at_ms=task.standing.created_at_ms)
                self.records[task.id] = [note]
        return self._written()

    def append_intent(self, intent: Intent, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(intent, standing)

    def append_outcome(self, outcome: Outcome, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(outcome, standing)

    def append_note(self, note: Note, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(note, standing)

    def checkpoint(self, checkpoint: Checkpoint, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(checkpoint, standing)

    def edit(self, task: StoredTask, note: Note) -> asyncio.Future[None]:
        """See `Store`."""
        if self.failing is None:
            self.tasks[task.id] = task
        return self._append(note, task.standing)

    def delete(self, tasks: Sequence[TaskId]) -> asyncio.Future[None]:
        """See `Store`."""
        if self.failing is None:
            self.deleted.update(tasks)
        return self._written()

    def health(self) -> StoreHealth:
        """See `Store`."""
        return StoreHealth(bytes_on_disk=0, last_saved_at_ms=None, save_p50_ms=0.0, save_p99_ms=0.0, queued=0)

    async def scan(self) -> tuple[StoredTask, ...]:
        """See `Store`."""
        return tuple(sorted((t for t in self.tasks.values() if t.id not in self.deleted), key=lambda t: t.order))

    async def load(self, task: TaskId) -> StoredTask:
        """See `Store`."""
        return self._task(task)

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """See `Store`."""
        self._task(task)
        return steps_of(self._attempts(task))

    async def replies(self, task: TaskId) -> tuple[str, ...]:
        """See `Store`."""
        return tuple(step.accepted.text for step in await self.steps(task) if step.accepted)

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """See `Store`."""
        return tuple(record for record in self._records(task) if isinstance(record, Checkpoint))

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """See `Store`."""
        return tuple(log_entry(seq, record) for seq, record in enumerate(self._records(task), 1))

    async def open_attempts(self) -> tuple[AttemptRecord, ...]:
        """See `Store`."""
        return tuple(a for task in self.tasks for a in self._attempts(task) if a.outcome is None)

    async def spending(self) -> Spending:
        """See `Store`."""
        return spending_of(attempt for task in self.tasks for attempt in self._attempts(task))

    async def close(self) -> None:
        """See `Store`."""

    def open_now(self) -> list[AttemptRecord]:
        """Return the attempts with an intent and no outcome, at once: for tests that look from inside a call."""
        return [a for task in self.tasks for a in self._attempts(task) if a.outcome is None]

    def _append(self, record: Record, standing: Standing) -> asyncio.Future[None]:
        if self.failing is None:
            task = self._task(record.task)
            self.tasks[task.id] = StoredTask(id=task.id, order=task.order, spec=task.spec, standing=standing)
            self.records[task.id].append(record)
        return self._written()

    def _written(self) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.failing is None:
            done.set_result(None)
        else:
            done.set_exception(self.failing)
            done.exception()  # looked at: a caller that only queues need not await
        return done

    def _task(self, task: TaskId) -> StoredTask:
        if task not in self.tasks or task in self.deleted:
            raise DroverError(ErrorCode.UNKNOWN_TASK, task)
        return self.tasks[task]

    def _records(self, task: TaskId) -> list[Record]:
        self._task(task)
        return self.records[task]

    def _attempts(self, task: TaskId) -> list[AttemptRecord]:
        outcomes = {r.attempt: r for r in self.records[task] if isinstance(r, Outcome)}
        intents = (r for r in self.records[task] if isinstance(r, Intent))
        return [AttemptRecord(intent=intent, outcome=outcomes.get(intent.attempt)) for intent in intents]
