"""The fake beside the `Store` port: everything in memory, durable as long as the object lives.

It outlives the engine that writes to it, so that a test can start "the program" again on the same records.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from engine.domain.clock import Clock, SystemClock
from engine.domain.damage import Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.fence import Fence
from engine.domain.history import History
from engine.domain.ids import TaskId
from engine.domain.ledger_entry import LedgerEntry
from engine.domain.outlay import ModelKey, Outlay
from engine.domain.step import (
    AttemptRecord,
    Checkpoint,
    Correction,
    Flag,
    Fork,
    Intent,
    LogEntry,
    Note,
    Outcome,
    Record,
    StepRecord,
)
from engine.domain.storage import StorageSizes
from engine.domain.task import Standing
from engine.store.fold import folded
from engine.store.outlays import differs, outlays_of
from engine.store.port import Followed, Holding, Point, Spending, StoredTask, StoreHealth
from engine.store.reading import (
    attempts_of,
    checkpoints_of,
    created,
    history_of,
    ledger_entries,
    log_entry,
    parent_of,
    point_of,
    replies_of,
    spending_of,
    steps_of,
)


@dataclass(slots=True, eq=False)
class MemoryStore:
    """See `engine.store.port.Store`."""

    tasks: dict[TaskId, StoredTask] = field(default_factory=dict[TaskId, StoredTask])
    records: dict[TaskId, list[Record]] = field(default_factory=dict[TaskId, list[Record]])
    deleted: dict[TaskId, int] = field(default_factory=dict[TaskId, int])
    """With the wall time of the deletion."""
    damaged: set[TaskId] = field(default_factory=set[TaskId])
    """Tasks whose records do not hold: every read of them raises."""
    holds: dict[TaskId, int] = field(default_factory=dict[TaskId, int])
    """Records of a damaged task that hold; none where it is not told."""
    suspects: set[TaskId] = field(default_factory=set[TaskId])
    backups: list[Path] = field(default_factory=list[Path])
    damage: tuple[Damage, ...] = ()
    clock: Clock = field(default_factory=SystemClock)
    limits: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    fenced: dict[tuple[str, str], Fence] = field(default_factory=dict[tuple[str, str], Fence])
    failing: DroverError | None = None
    """Raised by every write while it is set; what is written meanwhile waits for `mend`."""
    _trouble: DroverError | None = None
    _waiting: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])

    def create(self, tasks: Sequence[StoredTask]) -> asyncio.Future[None]:
        """See `Store`."""
        return self._write(lambda: [self._create(task) for task in tasks])

    def fork(self, task: StoredTask, fork: Fork) -> asyncio.Future[None]:
        """See `Store`."""
        return self._write(lambda: self._create(task, fork))

    def append_intent(self, intent: Intent, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(intent, standing)

    def append_outcome(self, outcome: Outcome, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(outcome, standing)

    def append_correction(self, correction: Correction, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(correction, standing)

    def append_note(self, note: Note, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(note, standing)

    def checkpoint(self, checkpoint: Checkpoint, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._append(checkpoint, standing)

    def edit(self, task: StoredTask, note: Note) -> asyncio.Future[None]:
        """See `Store`."""

        def write() -> None:
            self.tasks[task.id] = task
            self._add(note, task.standing)

        return self._write(write)

    def delete(self, tasks: Sequence[TaskId]) -> asyncio.Future[None]:
        """See `Store`."""
        return self._write(lambda: self.deleted.update(dict.fromkeys(tasks, self.clock.wall_ms())))

    def undelete(self, tasks: Sequence[TaskId]) -> asyncio.Future[None]:
        """See `Store`."""
        return self._write(lambda: [self.deleted.pop(task, None) for task in tasks])

    def set_budget(self, level: str, key: str, amount: int | None) -> asyncio.Future[None]:
        """See `Store`."""

        def write() -> None:
            self.limits.pop((level, key), None)
            if amount is not None:
                self.limits[level, key] = amount

        return self._write(write)

    def set_fence(self, fence: Fence, *, up: bool) -> asyncio.Future[None]:
        """See `Store`."""

        def write() -> None:
            self.fenced.pop((fence.provider, fence.model), None)
            if up:
                self.fenced[fence.provider, fence.model] = fence

        return self._write(write)

    async def mend(self) -> None:
        """See `Store`."""
        if self.failing is not None:
            raise self.failing
        self._trouble = None
        waiting, self._waiting = self._waiting, []
        for write in waiting:
            write()

    def health(self) -> StoreHealth:
        """See `Store`."""
        return StoreHealth(
            bytes_on_disk=0,
            last_saved_at_ms=None,
            save_p50_ms=0.0,
            save_p99_ms=0.0,
            queued=len(self._waiting),
            trouble=self._trouble,
        )

    async def scan(self) -> tuple[StoredTask, ...]:
        """See `Store`."""
        return tuple(sorted((t for t in self.tasks.values() if t.id not in self.deleted), key=lambda t: t.order))

    async def load(self, task: TaskId) -> StoredTask:
        """See `Store`."""
        return self._task(task)

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """See `Store`."""
        return steps_of(self._records(task))

    async def replies(self, task: TaskId) -> tuple[str, ...]:
        """See `Store`."""
        return replies_of(self._records(task))

    async def history(self, task: TaskId) -> History:
        """See `Store`."""
        return history_of(self._records(task))

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """See `Store`."""
        return checkpoints_of(self._records(task))

    async def point(self, task: TaskId, step: int) -> Point:
        """See `Store`. The hashes are the fake's own."""
        return point_of(self._records(task), step, lambda place: hashlib.sha256(f"{task} {place}".encode()).digest())

    async def parent(self, task: TaskId) -> Fork | None:
        """See `Store`."""
        return parent_of(self._records(task))

    async def follow(self, task: TaskId, before: Followed | None = None) -> Followed:
        """See `Store`. The fake reads all of it."""
        del before
        records = self._records(task)
        return Followed(task=self._task(task), steps=steps_of(records), fork=parent_of(records))

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """See `Store`."""
        return tuple(log_entry(seq, record) for seq, record in enumerate(self._records(task), 1))

    async def check(self, task: TaskId) -> None:
        """See `Store`."""
        self._task(task)
        if task in self.damaged:
            raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}")

    async def holding(self, task: TaskId) -> Holding:
        """See `Store`."""
        self._task(task)
        records = self.records[task]
        whole = self.holds.get(task, 0) if task in self.damaged else len(records)
        steps = folded(records[:whole]).standing.steps_done
        return Holding(steps=steps, lost_records=len(records) - whole)

    async def sizes(self) -> StorageSizes:
        """See `Store`."""
        kept = [o for task in self.tasks if task not in self.deleted for o in self._outcomes(task)]
        gone = [o for task in self.deleted for o in self._outcomes(task)]
        texts, raw = (sum(len(o.text.encode("utf-8", "replace")) for o in kept), sum(len(o.raw) for o in kept))
        deleted = sum(len(o.text.encode("utf-8", "replace")) + len(o.raw) for o in gone)
        return StorageSizes(total=texts + raw + deleted, texts=texts, raw=raw, deleted=deleted)

    async def used(self) -> int:
        """See `Store`."""
        return (await self.sizes()).total

    def suspect(self, tasks: Sequence[TaskId]) -> asyncio.Future[None]:
        """See `Store`."""
        return self._write(lambda: self.suspects.update(tasks))

    async def drop_raw(self, task: TaskId, before_ms: int) -> None:
        """See `Store`."""
        self._drop(task, [o for o in self._outcomes(task) if o.at_ms < before_ms], raw=b"")

    async def drop_texts(self, task: TaskId, before_ms: int) -> None:
        """See `Store`."""
        texts = [o for o in self._outcomes(task) if o.at_ms < before_ms and o.text]
        self._drop(task, texts[:-1], text="")

    async def drop_deleted(self, before_ms: int) -> None:
        """See `Store`."""
        for task, at_ms in self.deleted.items():
            if at_ms < before_ms:
                self._drop(task, self._outcomes(task), raw=b"", text="")

    async def backup(self, file: Path) -> None:
        """See `Store`."""
        self.backups.append(file)

    async def open_attempts(self) -> tuple[AttemptRecord, ...]:
        """See `Store`."""
        return tuple(self.open_now())

    async def spending(self) -> Spending:
        """See `Store`."""
        return spending_of(self._attempts())

    async def outlays(self) -> tuple[Outlay, ...]:
        """See `Store`."""
        return outlays_of(self._attempts())

    async def differing(self) -> Mapping[ModelKey, int]:
        """See `Store`."""
        return Counter((a.intent.provider, a.intent.model) for a in self._attempts() if differs(a))

    async def ledger(self) -> AsyncIterator[LedgerEntry]:
        """See `Store`."""
        for task in sorted(self.tasks.values(), key=lambda each: each.order):
            for entry in ledger_entries(task.id, task.spec.name, self.records[task.id]):
                yield entry

    async def budgets(self) -> Mapping[tuple[str, str], int]:
        """See `Store`."""
        return dict(self.limits)

    async def fences(self) -> tuple[Fence, ...]:
        """See `Store`."""
        return tuple(self.fenced.values())

    async def close(self) -> None:
        """See `Store`."""

    def _attempts(self) -> Iterator[AttemptRecord]:
        return (attempt for task in self.tasks for attempt in attempts_of(self.records[task]))

    def _outcomes(self, task: TaskId) -> list[Outcome]:
        return [record for record in self.records[task] if isinstance(record, Outcome)]

    def _drop(self, task: TaskId, outcomes: Sequence[Outcome], **without: object) -> None:
        gone = {id(outcome) for outcome in outcomes}
        for place, record in enumerate(self.records[task]):
            if isinstance(record, Outcome) and id(record) in gone:
                flags = (*record.flags, Flag.DROPPED) if record.text and "text" in without else record.flags
                self.records[task][place] = replace(record, flags=flags, **without)

    def open_now(self) -> list[AttemptRecord]:
        """Return the attempts with an intent and no outcome, at once: for tests that look from inside a call."""
        return [a for task in self.tasks for a in attempts_of(self.records[task]) if a.outcome is None]

    def _create(self, task: StoredTask, fork: Fork | None = None) -> None:
        self.tasks[task.id] = task
        note = created(task)
        self.records[task.id] = [note] if fork is None else [fork, note]

    def _append(self, record: Record, standing: Standing) -> asyncio.Future[None]:
        return self._write(lambda: self._add(record, standing))

    def _add(self, record: Record, standing: Standing) -> None:
        task = self._task(record.task)
        self.tasks[task.id] = StoredTask(id=task.id, order=task.order, spec=task.spec, standing=standing)
        self.records[task.id].append(record)

    def _write(self, write: Callable[[], object]) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._trouble = self._trouble or self.failing
        if self._trouble is None:
            write()
            done.set_result(None)
        else:
            self._waiting.append(write)
            done.set_exception(self._trouble)
            done.exception()  # looked at: a caller that only queues need not await
        return done

    def _task(self, task: TaskId) -> StoredTask:
        if task not in self.tasks or task in self.deleted:
            raise DroverError(ErrorCode.UNKNOWN_TASK, task)
        return self.tasks[task]

    def _records(self, task: TaskId) -> list[Record]:
        self._task(task)
        if task in self.damaged:
            raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}")
        return self.records[task]
