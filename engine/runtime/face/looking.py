"""What is so now, and what has been: changes, snapshots, figures, answers, steps, log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.answer import Answer
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import State
from engine.domain.task import ResultRule
from engine.results.batch_lines import lines_of
from engine.store.port import StoredTask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.domain.deadline import Deadline
    from engine.domain.ids import TaskId
    from engine.domain.progress import ChangeBatch, ProgressReport, Statistics, Totals
    from engine.domain.step import LogEntry, StepRecord
    from engine.domain.task import TaskSnapshot
    from engine.results.batch_table import Line
    from engine.runtime.record import TaskRecord
    from engine.runtime.rooms import Rooms


class Looking:
    """See `engine.face.looking`."""

    def __init__(self, rooms: Rooms) -> None:
        """Answer for `rooms`."""
        self._rooms = rooms

    def drain(self) -> ChangeBatch:
        """See `Looking`."""
        return self._rooms.view.drain()

    def focus(self, task: TaskId | None) -> None:
        """See `Looking`."""
        self._rooms.view.focus(task)

    def watch(self, task: TaskId) -> AsyncIterator[ProgressReport]:
        """See `Looking`."""
        return self._rooms.view.watch(self._rooms.register.get(task).id)

    def watch_all(self) -> AsyncIterator[ProgressReport]:
        """See `Looking`."""
        return self._rooms.view.watch_all()

    def snapshot(self, task: TaskId) -> TaskSnapshot:
        """See `Looking`."""
        return self._rooms.register.get(task).snapshot(self._rooms.parts.clock.monotonic())

    def snapshots(self) -> tuple[TaskSnapshot, ...]:
        """See `Looking`."""
        now = self._rooms.parts.clock.monotonic()
        return tuple(record.snapshot(now) for record in self._rooms.register)

    def totals(self) -> Totals:
        """See `Looking`."""
        return self._rooms.view.totals()

    def statistics(self) -> Statistics:
        """See `Looking`."""
        return self._rooms.gauges.statistics()

    def timeouts(self) -> tuple[Deadline, ...]:
        """See `Looking`."""
        return self._rooms.timeouts.all()

    async def answer(self, task: TaskId) -> Answer:
        """See `Looking`."""
        record = self._rooms.register.get(task)
        with self._rooms.damages.named(task):
            replies = await self._replies(record)
        return Answer(
            text=self._rooms.parts.recipe(record.spec.recipe).answer(record.spec, replies),
            steps=len(replies),
            final=record.standing.state is State.COMPLETED,
            folder=self._rooms.parts.results.folder(task, record.spec.name),
        )

    async def batch_lines(self, batch: str) -> tuple[Line, ...]:
        """See `Looking`."""
        tasks = [
            StoredTask(id=record.id, order=record.order, spec=record.spec, standing=record.standing)
            for record in self._rooms.register
            if record.spec.batch == batch
        ]
        return await lines_of(tasks, self._rooms.parts.store, self._rooms.parts.recipe)

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """See `Looking`."""
        with self._rooms.damages.named(task):
            return await self._rooms.parts.store.steps(task)

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """See `Looking`."""
        with self._rooms.damages.named(task):
            return await self._rooms.parts.store.log(task)

    async def _replies(self, record: TaskRecord) -> tuple[str, ...]:
        """Return the texts that the answer is made of: where only the last step counts, the others may be gone."""
        try:
            return await self._rooms.parts.store.replies(record.id)
        except DroverError as error:
            if error.code is not ErrorCode.TEXT_DROPPED or record.spec.result is not ResultRule.LAST:
                raise
            done = [step.done_by for step in await self._rooms.parts.store.steps(record.id) if step.done_by]
            if not done or done[-1].dropped:
                raise
            return ("",) * (record.standing.steps_done - 1) + (done[-1].text,)
