"""What is so now, and what has been: changes, snapshots, figures, answers, steps, log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.domain.answer import Answer
    from engine.domain.deadline import Deadline
    from engine.domain.ids import TaskId
    from engine.domain.progress import ChangeBatch, ProgressReport, Statistics, Totals
    from engine.domain.step import LogEntry, StepRecord
    from engine.domain.task import TaskSnapshot
    from engine.results.batch_table import Line


class Looking(Protocol):
    """See `engine.face.Engine`."""

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

    def timeouts(self) -> tuple[Deadline, ...]:
        """Return every deadline that runs, task by task, the nearest of each first."""
        ...

    async def answer(self, task: TaskId) -> Answer:
        """Return the result so far; raises TEXT_DROPPED when what it is made of was dropped, STORE_DAMAGED."""
        ...

    async def batch_lines(self, batch: str) -> tuple[Line, ...]:
        """Return a line for each task of a batch, in order, with its answer as far as it is."""
        ...

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """Return all steps with their attempts, from the store."""
        ...

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """Return the task's records."""
        ...
