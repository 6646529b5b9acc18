"""The engine's public face: all that the window, the command line and tests of either may use of it.

Calls that act on tasks are synchronous: they check the table, record the intent and return the ids that accepted;
what follows shows in the next `ChangeBatch`. Calls that read the store or must be durable on return are awaited.
Every error is a `DroverError` with a code. Use it from one event loop only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.cost.port import Balance, Level, PriceBook, Quote, Scope
from engine.domain.damage import Damage
from engine.domain.difference import Difference
from engine.domain.doubt import UnknownAttempt
from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError, Problem
from engine.domain.fence import Fence
from engine.domain.ids import AttemptId, TaskId
from engine.domain.ledger_entry import LedgerEntry
from engine.domain.money import PICO, decimal, parse, per_million, plain
from engine.domain.progress import (
    ChangeBatch,
    Distribution,
    LiveText,
    ProgressReport,
    ProviderHealth,
    Statistics,
    Totals,
    report,
)
from engine.domain.states import (
    Action,
    CompletionReason,
    PauseReason,
    Phase,
    State,
    TimeLevel,
    Wanted,
    allowed,
)
from engine.domain.step import (
    AttemptRecord,
    AttemptStatus,
    Checkpoint,
    Correction,
    Flag,
    Fork,
    LogEntry,
    NoteKind,
    Origin,
    StepRecord,
)
from engine.domain.storage import Retention, StorageSizes
from engine.domain.task import (
    MULTIPLIER,
    Complexity,
    RecipeName,
    ResultRule,
    RetryPolicy,
    Standing,
    TaskSnapshot,
    TaskSpec,
    TimeLimits,
)
from engine.domain.usage import FinishReason, Usage
from engine.domain.validate import problems, validate
from engine.providers.port import Capabilities, ModelInfo
from engine.store.port import StoreHealth

__all__ = [
    "MULTIPLIER",
    "PICO",
    "Action",
    "Answer",
    "AttemptId",
    "AttemptRecord",
    "AttemptStatus",
    "Balance",
    "Capabilities",
    "ChangeBatch",
    "Checkpoint",
    "CompletionReason",
    "Complexity",
    "Correction",
    "Damage",
    "Difference",
    "Distribution",
    "DroverError",
    "Engine",
    "ErrorCode",
    "Fence",
    "FinishReason",
    "Flag",
    "Fork",
    "InvalidSpecError",
    "LedgerEntry",
    "Level",
    "LiveText",
    "LogEntry",
    "ModelInfo",
    "NoteKind",
    "Origin",
    "PauseReason",
    "Phase",
    "PriceBook",
    "Problem",
    "ProgressReport",
    "ProviderHealth",
    "Quote",
    "RecipeName",
    "ResultRule",
    "Retention",
    "RetryPolicy",
    "Scope",
    "Standing",
    "State",
    "Statistics",
    "StepRecord",
    "StorageSizes",
    "StoreHealth",
    "TaskId",
    "TaskSnapshot",
    "TaskSpec",
    "TimeLevel",
    "TimeLimits",
    "Totals",
    "UnknownAttempt",
    "Usage",
    "Wanted",
    "allowed",
    "decimal",
    "parse",
    "per_million",
    "plain",
    "problems",
    "report",
    "validate",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a task is for, as far as it has come."""

    text: str
    """Markdown; hostile text."""
    steps: int
    """Steps it stands on."""
    final: bool
    """Whether the task is completed."""
    folder: Path
    """Where the answer and the transcript are as files."""


class Engine(Protocol):
    """Runs tasks. `engine.runtime.supervisor.Supervisor` is the real one."""

    async def submit(self, specs: Sequence[TaskSpec], *, paused: bool = False) -> tuple[TaskId, ...]:
        """Create tasks, durable on return, all or none; raises `InvalidSpecError`, PRICE_UNKNOWN, UNKNOWN_PROVIDER.

        An error of the store means that they are kept in memory, and appear when it is mended.
        """
        ...

    def start(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Let PENDING tasks go next (and consent to those that await it); start those added paused."""
        ...

    def pause(self, ids: Sequence[TaskId], *, now: bool = False) -> tuple[TaskId, ...]:
        """Pause after the step in flight, or now: the attempt is cut and counts as spent until corrected."""
        ...

    def resume(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Go on from the last durable step; consent to a new attempt where one is unknown; grant time to TIMEOUT.

        Also takes back a pause that has not taken effect.
        """
        ...

    def cancel(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """End tasks for good; what they have is kept."""
        ...

    def retry(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Try FAILED and TIMEOUT tasks again from the last durable step."""
        ...

    async def delete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Take tasks at rest out of every view, durable on return; what they spent stays counted.

        `undelete` takes them back for 30 days; then their replies are dropped.
        """
        ...

    async def undelete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Take deleted tasks back into view, durable on return; returns those that were deleted."""
        ...

    async def edit(self, task: TaskId, spec: TaskSpec) -> None:
        """Change what was asked of a task at rest, durable on return; raises `InvalidSpecError`."""
        ...

    def pause_all(self, *, now: bool = False) -> tuple[TaskId, ...]:
        """Pause everything that runs or waits."""
        ...

    def resume_all(self) -> tuple[TaskId, ...]:
        """Resume everything PAUSED, and consent to what awaits it; FAILED and TIMEOUT stay."""
        ...

    def resume_interrupted(self, *, consent: bool = True) -> tuple[TaskId, ...]:
        """Resume what an earlier end of the program stopped: by a person's yes, or by a setting (`consent` False).

        Without consent, a task with an attempt whose end is unknown and that may have been billed stays.
        """
        ...

    def resume_offered(self) -> tuple[TaskId, ...]:
        """Resume what a limit or a fence stopped and would not stop any more (`Totals.offered`): a person's yes."""
        ...

    def drain(self) -> ChangeBatch:
        """Return what changed since the last call; the window calls it up to 30 times a second."""
        ...

    def focus(self, task: TaskId | None) -> None:
        """Choose the one task whose text streams into `ChangeBatch.live`."""
        ...

    def watch(self, task: TaskId) -> AsyncIterator[ProgressReport]:
        """Yield reports of a task, the present one first, the newest after each change; ends when it is at rest."""
        ...

    def watch_all(self) -> AsyncIterator[ProgressReport]:
        """Yield reports of all tasks, the newest after each change; ends when every task is at rest."""
        ...

    def snapshot(self, task: TaskId) -> TaskSnapshot:
        """Return what is so about a task; raises UNKNOWN_TASK."""
        ...

    def snapshots(self) -> tuple[TaskSnapshot, ...]:
        """Return what is so about all tasks, in order."""
        ...

    def totals(self) -> Totals:
        """Return figures over all tasks."""
        ...

    def statistics(self) -> Statistics:
        """Return throughput statistics since the engine was opened."""
        ...

    def balance(self, scope: Scope) -> Balance:
        """Return a ledger's figures."""
        ...

    def set_budget(self, scope: Scope, limit: int | None) -> None:
        """Set the limit of a batch, the day, the month or everything; a task's own is set by `edit`.

        A batch's is kept by the engine, the others by the person's settings. What a limit stopped is offered to resume
        (`Totals.offered`) when it has room again; nothing resumes by itself.
        """
        ...

    def fences(self) -> tuple[Fence, ...]:
        """Return the models that are asked nothing more, because they billed above what was held, oldest first."""
        ...

    async def lift_fence(self, provider: str, model: str) -> None:
        """Let a model be asked again, durable on return; tasks that it stopped are offered to resume."""
        ...

    def set_running_limit(self, limit: int) -> None:
        """Set how many tasks run at the same time, from now on."""
        ...

    async def answer(self, task: TaskId) -> Answer:
        """Return the result so far; raises TEXT_DROPPED when what it is made of was dropped, STORE_DAMAGED."""
        ...

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """Return all steps with their attempts, from the store."""
        ...

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """Return the task's records."""
        ...

    def damage(self) -> tuple[Damage, ...]:
        """Return what was found damaged, at the start or since; `Totals.damaged` says how much."""
        ...

    async def storage(self) -> StorageSizes:
        """Return what the saved data takes up; reads all of it in small pieces."""
        ...

    def set_retention(self, policy: Retention) -> None:
        """Drop what `policy` says, little by little, from now on."""
        ...

    async def backup(self, file: Path) -> None:
        """Write a copy of the whole store, consistent while tasks run, checked and durable on return.

        Raises BACKUP_FAILED; DISK_FULL, FOLDER_NOT_WRITABLE of the copy's folder. A file of that name is replaced.
        """
        ...

    async def unknown(self) -> tuple[UnknownAttempt, ...]:
        """Return the attempts whose end nobody knows and on which nobody has decided, oldest first.

        To decide is to `correct` one (to what it counts for already: it was spent), to `ask_provider`, or to `resume`
        the task: it tries again, and the attempt stays counted.
        """
        ...

    async def correct(self, task: TaskId, attempt: AttemptId, amount: int) -> None:
        """Let an attempt that ended count for `amount` pico from now on (0: it was not billed), durable on return.

        It counts on its own day, and may pass a limit: what is spent is spent. Raises UNKNOWN_ATTEMPT, ATTEMPT_OPEN,
        AMOUNT_OUT_OF_RANGE; an error of the store means that it waits in memory.
        """
        ...

    async def ask_provider(self, task: TaskId, attempt: AttemptId) -> int | None:
        """Ask what an attempt was billed, and correct it to that; returns pico, or None where it cannot be told.

        Raises what `correct` raises, and the provider's own errors.
        """
        ...

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """Return the points the task can be restored to or forked from, by step."""
        ...

    async def restore(self, task: TaskId, step: int) -> None:
        """Take a task at rest back to a checkpoint, PAUSED and durable on return; what later steps cost stays spent.

        They are kept, as superseded. Raises NOT_POSSIBLE, NO_CHECKPOINT, and STORE_DAMAGED where its context is not
        the one that was.
        """
        ...

    async def fork(self, task: TaskId, step: int, spec: TaskSpec, *, paused: bool = True) -> TaskId:
        """Create a task that goes on from another's checkpoint, as `spec` says; durable on return.

        It has the replies up to there, which the other paid, and counts its steps on from `step`. Raises
        `InvalidSpecError` (also where no step is left), and what `restore` raises but NOT_POSSIBLE.
        """
        ...

    async def parent(self, task: TaskId) -> Fork | None:
        """Return where a fork comes from; None for any other task."""
        ...

    async def difference(self, task: TaskId, first: int, second: int) -> Difference:
        """Return what lies between two checkpoints, by their steps, the earlier first; raises NO_CHECKPOINT."""
        ...

    async def mend(self) -> tuple[TaskId, ...]:
        """Save what waits in memory since saving failed, and resume what was paused for it; returns what resumed.

        Raises the `DroverError` that still stands in the way; nothing is lost by that.
        """
        ...

    def ledger_entries(self) -> AsyncIterator[LedgerEntry]:
        """Go over every attempt and correction from the store, task by task, deleted ones among them."""
        ...

    async def saved(self) -> None:
        """Wait until every act so far is durable and shows."""
        ...

    async def drain_runners(self, grace_s: float) -> None:
        """Start nothing more, let steps in flight finish for `grace_s` seconds, cut the rest; all durable on return.

        A second call with less grace cuts short the wait of the first.
        """
        ...

    async def close(self, grace_s: float = 30.0) -> None:
        """Let steps in flight finish for `grace_s` seconds, cut the rest, make all durable, let go of everything."""
        ...
