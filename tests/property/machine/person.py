"""What a person does to the engine, in whatever order."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import Action
from engine.domain.step import AttemptStatus, Correction, Note, NoteKind, Outcome
from tests.property.machine.checks import Checks
from tests.workbench import CENT, spec

LETS_RUN = ("start", "resume", "retry", "resume_all", "resume_offered")


class Person(Checks):
    """Rules that are acts of a person."""

    @rule(
        steps=st.integers(1, 4),
        budget=st.sampled_from((None, 0, CENT // 10, CENT, 20 * CENT)),
        paused=st.booleans(),
        reviews=st.sampled_from((0, 1, 2)),
    )
    def submit(self, steps: int, budget: int | None, paused: bool, reviews: int) -> None:
        """Make a task."""

        async def make() -> None:
            try:
                made = await self.engine.submit(
                    [spec(max_steps=steps, budget=budget, checkpoint_interval=2, review_every=reviews)], paused=paused
                )
            except DroverError:
                if not self.failing:
                    raise
            else:
                self.stopped.update(made if paused else ())

        self.run(make())

    @rule(data=st.data(), act=st.sampled_from(("start", "pause", "resume", "cancel", "retry", "pause_now")))
    def ask(self, data: st.DataObject, act: str) -> None:
        """Ask something of a task."""
        tasks = self.within(lambda: [snapshot.id for snapshot in self.engine.snapshots()])
        if tasks:
            task = data.draw(st.sampled_from(tasks))
            self.within(lambda: self._heard(act, self._act(act, task)))

    def _act(self, act: str, task: TaskId) -> Iterable[TaskId]:
        if act == "pause_now":
            return self.engine.pause([task], now=True)
        return getattr(self.engine, act)([task])

    @rule(act=st.sampled_from(("pause_all", "resume_all", "resume_offered")))
    def ask_all(self, act: str) -> None:
        """Ask something of everything."""
        self.within(lambda: self._heard(act, getattr(self.engine, act)()))

    def _heard(self, act: str, tasks: Iterable[TaskId]) -> None:
        if act in LETS_RUN:
            self.stopped.difference_update(tasks)
            self.asked.difference_update(tasks)
        else:
            self.stopped.update(tasks)
            self.asked.update(tasks)

    @rule()
    def resume_interrupted(self) -> None:
        """Go on after an interruption."""
        self.within(lambda: self._heard("resume", self.engine.resume_interrupted()))

    @rule()
    def set_to_go_on_by_itself(self) -> None:
        """Let the program go on after an interruption, asking nobody."""
        self.within(self.go_on_by_itself)

    def go_on_by_itself(self) -> None:
        """Resume what may be resumed without a yes."""
        resumed = self.engine.resume_interrupted(consent=False)
        self._heard("resume", resumed)
        self.unasked += [task for task in resumed if self._in_doubt(task)]

    def _in_doubt(self, task: TaskId) -> bool:
        """Whether an attempt of a task may have been billed, and nobody has decided on it since."""
        doubt = set[str]()
        for record in self.disk.records()[task]:
            if isinstance(record, Outcome) and record.status is AttemptStatus.UNKNOWN and record.cost:
                doubt.add(record.attempt)
            elif isinstance(record, Correction):
                doubt.discard(record.attempt)
            elif isinstance(record, Note) and record.kind is NoteKind.STATE and record.code == "pending":
                doubt.clear()
        return bool(doubt)

    @precondition(lambda self: not self.failing)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Take a task at rest out of view."""
        tasks = self.that(Action.DELETE)
        if tasks:
            task = data.draw(st.sampled_from(tasks))
            for gone in self.run(self.engine.delete([task])):
                self.gone.append(gone)

    @precondition(lambda self: not self.failing and self.gone)
    @rule()
    def undelete(self) -> None:
        """Take back what was deleted last."""
        self.run(self.engine.undelete([self.gone.pop()]))

    @precondition(lambda self: not self.failing)
    @rule(data=st.data(), budget=st.sampled_from((CENT, 20 * CENT, None)))
    def raise_budget(self, data: st.DataObject, budget: int | None) -> None:
        """Edit a task at rest."""
        tasks = self.that(Action.EDIT)
        if tasks:
            task = data.draw(st.sampled_from(tasks))
            self.run(self._edit(task, budget))

    async def _edit(self, task: TaskId, budget: int | None) -> None:
        before = self.engine.snapshot(task).spec
        try:
            await self.engine.edit(task, spec(max_steps=before.max_steps, budget=budget, checkpoint_interval=2))
        except DroverError as error:  # what was shown as at rest goes on already
            if error.code is not ErrorCode.NOT_POSSIBLE:
                raise

    @rule()
    def ask_for_what_has_no_price(self) -> None:
        """Ask for a model of which nobody knows what it costs: it is refused, and nothing of it is kept."""
        before = self.within(lambda: len(self.engine.snapshots()))

        async def go() -> bool:
            try:
                await self.engine.submit([spec(model="unpriced")])
            except DroverError:
                return True
            return False

        assert self.run(go())
        assert before == self.within(lambda: len(self.engine.snapshots()))
