"""The port behind which everything durable lies. `engine.store.memory.MemoryStore` is its fake.

Each writing call queues at once, in the order of the calls, and returns an awaitable that is done when the record
and the task's standing are durable, in one transaction. Awaiting it may be put off; not awaiting it loses nothing
but the knowledge. Where it cannot be made durable, the awaitable raises `DroverError`: of what is not known to be
saved, every write stays in memory in its order, and `mend` saves it. Only INTERNAL means that a write is left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from engine.domain.damage import Damage
from engine.domain.errors import DroverError
from engine.domain.fence import Fence
from engine.domain.history import History
from engine.domain.ids import TaskId
from engine.domain.ledger_entry import LedgerEntry
from engine.domain.outlay import ModelKey, Outlay
from engine.domain.step import (
    AttemptRecord,
    Checkpoint,
    Correction,
    Fork,
    Intent,
    LogEntry,
    Note,
    Outcome,
    Record,
    StepRecord,
)
from engine.domain.storage import StorageSizes
from engine.domain.task import Standing, TaskSpec


class StoredTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task as the store keeps it."""

    id: TaskId
    order: int
    spec: TaskSpec
    standing: Standing


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint, where it stands in its task's chain, and what the context is made of there."""

    checkpoint: Checkpoint
    place: int
    """Of its record, 1-based."""
    hash: bytes
    """Of its record: what a fork is chained to."""
    history: History
    """What the context is made of there."""
    edited: bool
    """Whether the spec, or a reply, was changed since: the context is another than it was then."""

    @property
    def replies(self) -> tuple[str, ...]:
        """The texts of the steps that are done there, first to last."""
        return self.history.replies


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What of a task's journal holds: what repairing it leaves."""

    steps: int = 0
    lost_records: int = 0
    """Records that do not."""


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A task with its steps, without raw replies: a later reading goes on from where this one ended."""

    task: StoredTask
    steps: tuple[StepRecord, ...]
    """With their attempts, first to last."""
    fork: Fork | None = None
    """Where the task comes from; None where it began by itself."""
    records: tuple[Record, ...] = ()
    """The store's own, as is `end`."""
    end: object = None


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """Pico spent, from the journal's attempts: what limits beyond a task start from. Deleted tasks count on."""

    total: int = 0
    days: dict[str, int] = {}
    """By local date, YYYY-MM-DD."""
    batches: dict[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """How saving goes."""

    bytes_on_disk: int
    last_saved_at_ms: int | None
    save_p50_ms: float
    save_p99_ms: float
    """Milliseconds from the call to durable, over the last minutes."""
    queued: int
    """Records called for and not yet durable."""
    trouble: DroverError | None = None
    """Why nothing is being saved; None while all is well."""


class StoreReader(Protocol):
    """Reading; safe beside a running writer, of this process or another."""

    async def scan(self) -> tuple[StoredTask, ...]:
        """Return all tasks that are not deleted, in order."""
        ...

    async def load(self, task: TaskId) -> StoredTask:
        """Return one task; raises `DroverError(UNKNOWN_TASK)`, or STORE_DAMAGED when its chain does not hold."""
        ...

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """Return the task's steps with their attempts, first to last."""
        ...

    async def replies(self, task: TaskId) -> tuple[str, ...]:
        """Return the texts of the accepted steps as their person left them, first to last; raises TEXT_DROPPED."""
        ...

    async def history(self, task: TaskId) -> History:
        """Return these with what the task was told; raises TEXT_DROPPED."""
        ...

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """Return the task's checkpoints, first to last."""
        ...

    async def point(self, task: TaskId, step: int) -> Point:
        """Return the last checkpoint at which `step` steps were done; raises `DroverError(NO_CHECKPOINT)`."""
        ...

    async def parent(self, task: TaskId) -> Fork | None:
        """Return where the task comes from; None where it began by itself."""
        ...

    async def follow(self, task: TaskId, before: Followed | None = None) -> Followed:
        """Return `load`, `steps` and `parent` of one moment; only what came since `before` is read, and checked."""
        ...

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """Return the task's records as log entries, first to last."""
        ...

    async def check(self, task: TaskId) -> None:
        """Read all of a task, a few milliseconds at a time; raises UNKNOWN_TASK, STORE_DAMAGED."""
        ...

    async def holding(self, task: TaskId) -> Holding:
        """Read all of a task around its damage, by the rules of its repair; raises UNKNOWN_TASK, STORE_DAMAGED."""
        ...

    async def sizes(self) -> StorageSizes:
        """Return what replies take up, by reading all lengths in small pieces; the results folder is not known here."""
        ...

    async def open_attempts(self) -> tuple[AttemptRecord, ...]:
        """Return all attempts with an intent and no outcome."""
        ...

    async def spending(self) -> Spending:
        """Return what was spent, over all attempts, deleted tasks among them."""
        ...

    async def outlays(self) -> tuple[Outlay, ...]:
        """Return the sums of all attempts that ended, by day, batch, provider and model; deleted tasks count on."""
        ...

    async def differing(self) -> Mapping[ModelKey, int]:
        """Return how many attempts of each model are flagged DIFFERS, by reading all flags in small pieces."""
        ...

    def ledger(self) -> AsyncIterator[LedgerEntry]:
        """Go over all that was ever counted, task by task in order of creation, deleted ones among them.

        A task whose chain does not hold gives what holds of it, and an entry that says so.
        """
        ...

    async def budgets(self) -> Mapping[tuple[str, str], int]:
        """Return the limits (pico) that were set by `set_budget`, by ledger level and key."""
        ...

    async def fences(self) -> tuple[Fence, ...]:
        """Return the models that are fenced."""
        ...


class Store(StoreReader, Protocol):
    """Writing: one writer, in the process that holds the folder."""

    def create(self, tasks: Sequence[StoredTask]) -> Awaitable[None]:
        """Store new tasks, all or none."""
        ...

    def fork(self, task: StoredTask, fork: Fork) -> Awaitable[None]:
        """Store a new task that goes on from another's checkpoint."""
        ...

    def append_intent(self, intent: Intent, standing: Standing) -> Awaitable[None]:
        """Store that a request is about to leave."""
        ...

    def append_outcome(self, outcome: Outcome, standing: Standing) -> Awaitable[None]:
        """Store how an attempt ended, with its reply."""
        ...

    def append_correction(self, correction: Correction, standing: Standing) -> Awaitable[None]:
        """Store what an attempt counts for from now on."""
        ...

    def append_note(self, note: Note, standing: Standing) -> Awaitable[None]:
        """Store something else that happened to a task."""
        ...

    def checkpoint(self, checkpoint: Checkpoint, standing: Standing) -> Awaitable[None]:
        """Store a point the task can be restored to."""
        ...

    def edit(self, task: StoredTask, note: Note) -> Awaitable[None]:
        """Store a task's changed spec and standing."""
        ...

    def delete(self, tasks: Sequence[TaskId]) -> Awaitable[None]:
        """Take tasks out of every view; what they spent stays counted."""
        ...

    def undelete(self, tasks: Sequence[TaskId]) -> Awaitable[None]:
        """Take deleted tasks back into view, whole."""
        ...

    def set_budget(self, level: str, key: str, amount: int | None) -> Awaitable[None]:
        """Store a limit (pico) of the ledger that belongs to no task and to no setting; None takes it away."""
        ...

    def set_fence(self, fence: Fence, *, up: bool) -> Awaitable[None]:
        """Store that a model is not called any more, or with `up` False that it is again."""
        ...

    async def used(self) -> int:
        """Return the bytes of the database as it will be when its log is folded in."""
        ...

    def suspect(self, tasks: Sequence[TaskId]) -> Awaitable[None]:
        """Remember that tasks were found damaged: the next start checks everything and repairs it."""
        ...

    async def drop_raw(self, task: TaskId, before_ms: int) -> None:
        """Drop the raw replies of a task from before a time, in small transactions when nothing else is written."""
        ...

    async def drop_texts(self, task: TaskId, before_ms: int) -> None:
        """Drop the texts of a task from before a time but for the last, in the same way."""
        ...

    async def drop_deleted(self, before_ms: int) -> None:
        """Drop all replies of tasks that were deleted before a time, in the same way."""
        ...

    async def backup(self, file: Path) -> None:
        """Write a copy of the whole store, checked and durable on return; raises BACKUP_FAILED."""
        ...

    @property
    def damage(self) -> tuple[Damage, ...]:
        """What was found damaged when it was opened."""
        ...

    async def mend(self) -> None:
        """Open the store anew and save what waits in memory; raises the `DroverError` that still stands in the way."""
        ...

    def health(self) -> StoreHealth:
        """Return how saving goes, from memory."""
        ...

    async def close(self) -> None:
        """Make everything queued durable and let go of the folder."""
        ...
