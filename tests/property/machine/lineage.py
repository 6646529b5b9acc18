"""What a person does to the past: says what an attempt cost, goes back to a checkpoint, forks from one."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import Action
from engine.domain.step import AttemptRecord
from tests.property.machine.person import Person
from tests.workbench import CENT, spec

T = TypeVar("T")

AMOUNTS = st.sampled_from((0, CENT // 100, CENT // 10))

RACES = (ErrorCode.NOT_POSSIBLE, ErrorCode.NO_CHECKPOINT, ErrorCode.ATTEMPT_OPEN)
"""What is refused because what was seen a moment ago is not so any more."""


class Lineage(Person):
    """Rules of corrections, restoring and forks."""

    @rule(data=st.data(), amount=AMOUNTS, asked=st.booleans())
    def correct(self, data: st.DataObject, amount: int, asked: bool) -> None:
        """Say, or let the provider say, what an attempt cost."""
        if not (ended := self._ended()):
            return
        intent = data.draw(st.sampled_from(ended)).intent
        if asked:
            self.provider.billed = {intent.attempt: amount}
            told = self._tried(self.engine.ask_provider(intent.task, intent.attempt))
            assert told in (None, amount)
        else:
            self._tried(self.engine.correct(intent.task, intent.attempt, amount))

    def _ended(self) -> list[AttemptRecord]:
        """Return the attempts of which an outcome was seen, of tasks in view."""
        tasks = self.within(lambda: [snapshot.id for snapshot in self.engine.snapshots()])
        return [each for task in tasks for each in self.attempts.get(task, ()) if each.outcome]

    @precondition(lambda self: not self.failing)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        """Take a task at rest back."""
        if (point := self._point(data, self.that(Action.RESTORE))) is not None:
            task, step = point
            self.stopped.add(task)
            self._tried(self.engine.restore(task, step))
            self.shown.pop(task, None)

    @precondition(lambda self: not self.failing)
    @rule(data=st.data(), paused=st.booleans())
    def fork(self, data: st.DataObject, paused: bool) -> None:
        """Let another task go on from where one was."""
        tasks = self.within(lambda: [snapshot.id for snapshot in self.engine.snapshots()])
        if (point := self._point(data, tasks)) is not None:
            task, step = point
            steps = spec(max_steps=step + 2, checkpoint_interval=2)
            made = self._tried(self.engine.fork(task, step, steps, paused=paused))
            if made is not None and paused:
                self.stopped.add(made)

    def _point(self, data: st.DataObject, tasks: list[TaskId]) -> tuple[TaskId, int] | None:
        """Draw a checkpoint of one of the tasks."""
        points = [(task, p.step) for task in tasks for p in self.run(self.engine.checkpoints(task))]
        return data.draw(st.sampled_from(points)) if points else None

    def _tried(self, act: Coroutine[Any, Any, T]) -> T | None:
        """Do something that may be refused because of a race, or because nothing can be saved."""

        async def go() -> T | None:
            try:
                return await act
            except DroverError as error:
                if not self.failing and error.code not in RACES:
                    raise
                return None

        return self.run(go())
