"""Back to a checkpoint, and on from one: restoring a task, forking it, and what lies between two of its points.

Nothing is ever taken out of a journal. Restoring is a note after which later steps are superseded; a fork is a task
whose chain begins at its parent's record of the checkpoint. Before either, the context is rebuilt from the steps and
must have the digest that the checkpoint kept.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.domain.difference import Difference, difference
from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError, Problem
from engine.domain.states import Action, allowed
from engine.domain.step import Checkpoint, Fork, NoteKind
from engine.domain.task import RecipeName
from engine.runtime.bookkeeping import changes_of_restoring
from engine.runtime.dialogue import context_sha256
from engine.runtime.journal import durable

if TYPE_CHECKING:
    from engine.domain.history import History
    from engine.domain.ids import TaskId
    from engine.domain.task import TaskSpec
    from engine.runtime.intake import Intake
    from engine.runtime.journal import Journal
    from engine.runtime.parts import EngineParts
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register
    from engine.store.port import Point, StoredTask


class Lineage:
    """The acts of `engine.face.Engine` on checkpoints."""

    def __init__(self, parts: EngineParts, register: Register, journal: Journal, intake: Intake) -> None:
        """Act on tasks of `register`."""
        self._store = parts.store
        self._recipe = parts.recipe
        self._results = parts.results
        self._clock = parts.clock
        self._register = register
        self._journal = journal
        self._intake = intake
        self._turn = asyncio.Lock()

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """See `Engine`."""
        self._register.get(task)
        newest = {point.step: point for point in await self._store.checkpoints(task)}
        return tuple(newest[step] for step in sorted(newest))

    async def restore(self, task: TaskId, step: int) -> None:
        """See `Engine`."""
        async with self._turn:
            record = self._register.get(task)
            self._check_at_rest(record)
            await self._sound_point(record, step)
            self._check_at_rest(record)  # anew: the store was awaited
            changes = changes_of_restoring(record.tip, step, self._clock.wall_ms())
            await durable(self._journal.note(record, NoteKind.RESTORED, "", {"step": step}, **changes))
        self._results.publish(task)

    async def fork(self, task: TaskId, step: int, spec: TaskSpec, *, paused: bool) -> TaskId:
        """See `Engine`."""
        spec = self._intake.checked(spec)
        if step >= spec.total_steps:
            field = "prompts" if spec.recipe is RecipeName.PIPELINE else "max_steps"
            raise InvalidSpecError((Problem(field=field, code=ErrorCode.NO_STEPS_LEFT),))
        point = await self._sound_point(self._register.get(task), step)
        stored = self._intake.new(spec, paused=paused, steps_done=step)
        fork = Fork(
            task=stored.id,
            parent=task,
            step=step,
            head=point.hash,
            replies=point.replies,
            at_ms=stored.standing.created_at_ms,
            place=point.place,
            told=point.history.told,
            summaries=point.history.summaries,
        )
        begun = self._store.fork(stored, fork)
        first = self._store.checkpoint(self._first_point(stored, point.history), stored.standing)
        await self._intake.keep([stored], asyncio.gather(begun, first))
        self._results.publish(stored.id)
        return stored.id

    async def parent(self, task: TaskId) -> Fork | None:
        """See `Engine`."""
        return await self._store.parent(self._register.get(task).id)

    async def difference(self, task: TaskId, first: int, second: int) -> Difference:
        """See `Engine`."""
        record = self._register.get(task)
        before, after = sorted((first, second))
        points = await self._store.point(task, before), await self._store.point(task, after)
        answer = self._recipe(record.spec.recipe).answer
        texts = answer(record.spec, points[0].replies), answer(record.spec, points[1].replies)
        attempts = (attempt for step in await self._store.steps(task) for attempt in step.attempts)
        return difference((points[0].checkpoint, points[1].checkpoint), texts, attempts)

    def _check_at_rest(self, record: TaskRecord) -> None:
        if Action.RESTORE not in allowed(record.tip.state, record.tip.reason):
            raise DroverError(ErrorCode.NOT_POSSIBLE, record.tip.state)
        if self._journal.trouble is not None:
            raise self._journal.trouble

    async def _sound_point(self, record: TaskRecord, step: int) -> Point:
        """Return a checkpoint whose context was rebuilt and is the same; raises NO_CHECKPOINT, STORE_DAMAGED."""
        point = await self._store.point(record.id, step)
        rebuilt = context_sha256(self._recipe(record.spec.recipe), record.spec, point.history)
        if rebuilt != point.checkpoint.context_sha256 and not point.edited:
            raise DroverError(ErrorCode.STORE_DAMAGED, f"task {record.id}, checkpoint at step {step}: another context")
        return point

    def _first_point(self, stored: StoredTask, history: History) -> Checkpoint:
        """Return the checkpoint that a fork begins with, so that it can be restored to where it came from."""
        return Checkpoint(
            task=stored.id,
            step=len(history.replies),
            policy=stored.spec.context_policy,
            context_sha256=context_sha256(self._recipe(stored.spec.recipe), stored.spec, history),
            model=stored.spec.model,
            cost=0,
            at_ms=stored.standing.created_at_ms,
        )
