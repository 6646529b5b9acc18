"""What a person says into tasks: instructions, and a word on a reply that waits, in time or too late."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.step import Intent, Note, NoteKind, Outcome, Record
from engine.store.reading import goes_back_to
from tests.property.machine.lineage import Lineage

LATE = (ErrorCode.REVIEW_OVER, ErrorCode.NOT_POSSIBLE)
WORDS = ("approve", "amend", "reject")


class Steering(Lineage):
    """Rules of instructions and reviews, and what must hold of them by the records alone."""

    @rule(data=st.data(), text=st.sampled_from(("In metres.", "Shorter.", "In metres.")))
    def instruct(self, data: st.DataObject, text: str) -> None:
        """Tell any task something, whatever it does."""
        tasks = self.within(lambda: [snapshot.id for snapshot in self.engine.snapshots()])
        if tasks:
            self._said(self.engine.instruct(data.draw(st.sampled_from(tasks)), text))

    @rule(data=st.data(), word=st.sampled_from(WORDS))
    def decide(self, data: st.DataObject, word: str) -> None:
        """Say a word on a reply that waits, on one that does no more, or on one that never did."""
        waited = self._waited()
        if not waited:
            return
        task = data.draw(st.sampled_from(sorted(waited)))
        others = [each.intent.attempt for of in self.attempts.values() for each in of]
        attempt = data.draw(st.sampled_from([waited[task][-1], *waited[task], *others]))
        now = self.within(lambda: self.engine.snapshot(task).standing.review)
        before = (task in self.stopped, task in self.asked)
        self.stopped.discard(task)
        self.asked.discard(task)
        text = () if word == "approve" else ("My words.",)
        if self._said(getattr(self.engine, word)(task, attempt, *text)):
            self._a_word_is_bound_to_its_attempt(attempt, now)
            self.shown.pop(task, None)
        elif before[0]:
            self.stopped.add(task)
            self.asked.update([task] if before[1] else [])

    def _waited(self) -> dict[TaskId, list[AttemptId]]:
        """Return the attempts whose reply ever waited, of tasks in view."""
        records = self.disk.records()
        tasks = self.within(lambda: [snapshot.id for snapshot in self.engine.snapshots()])
        found = {
            task: [each.attempt for each in records[task] if isinstance(each, Outcome) and each.review]
            for task in tasks
            if task in records
        }
        return {task: attempts for task, attempts in found.items() if attempts}

    def _said(self, act: Awaitable[object]) -> bool:
        """Say something; False where it came too late. What cannot be saved yet is said all the same."""

        async def go() -> bool:
            try:
                await act
            except DroverError as error:
                if error.code in LATE:
                    return False
                if not self.failing:
                    raise
            return True

        return self.run(go())

    def _a_word_is_bound_to_its_attempt(self, attempt: AttemptId, waiting: AttemptId) -> None:
        """What was said of another one was refused."""
        assert attempt == waiting

    @invariant()
    def reviews_hold(self) -> None:
        """By what is durable."""
        for records in self.disk.records().values():
            self._nothing_follows_a_reply_that_waits(records)

    def _nothing_follows_a_reply_that_waits(self, records: Sequence[Record]) -> None:
        """No request, until a person decided on that very reply, or went back behind it."""
        waits: Outcome | None = None
        for record in records:
            assert not (waits and isinstance(record, Intent)), record
            left = goes_back_to(record)
            if isinstance(record, Outcome) and record.review:
                waits = record
            elif waits and isinstance(record, Note) and record.kind is NoteKind.APPROVAL:
                assert record.attempt == waits.attempt
                waits = None
            elif waits and left is not None and left < waits.step:
                waits = None
