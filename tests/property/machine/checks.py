"""What must hold whatever was done: judged from what is durable, what was sent, and what the engine shows.

Each check is a method, and is known by its name: that is what a mutant is said to be caught by.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis.stateful import invariant, rule

from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId
from engine.domain.states import State
from engine.domain.step import AttemptStatus
from engine.domain.usage import Usage
from engine.providers.port import Delta, ProviderError
from engine.runtime.accounts import EVERYTHING
from engine.store.fold import disagreements, folded
from engine.store.reading import attempts_of, replies_of, spending_of
from tests.property.machine.world import DAY_LIMIT, World
from tests.workbench import PRICE

TURNS = 30
"""Of the loop, after which nothing is under way that needs no timer."""


class Checks(World):
    """Looks at everything after every rule."""

    @invariant()
    def everything_holds(self) -> None:
        """All of it, in one turn of the loop, whatever is under way."""

        def look() -> None:
            self.take_in()
            self._no_byte_left_before_its_time()
            self._what_is_shown_is_there()
            self._what_was_shown_as_saved_is_there()
            self._no_task_failed_by_a_fault_of_ours()
            self._what_is_settled_is_durable()
            self._nothing_billed_is_uncounted()
            self._no_limit_is_passed()
            self._nothing_is_held_for_a_task_at_rest()
            self._nobody_pays_again_unasked()

        self.within(look)

    @rule()
    def look_closely(self) -> None:
        """Let all that is under way become durable: now everything must be the same everywhere, to the last digit."""

        def look() -> None:
            self.take_in()
            self._what_is_shown_is_what_is_stored()
            self._the_ledger_counts_what_the_journal_says()

        self.run(self._moment())
        self.within(look)
        self.run(self._the_journal_can_be_read())
        self.run(self._what_stands_follows_from_the_records())

    def take_in(self) -> None:
        """Read what is durable."""
        records = self.disk.records()
        self.attempts = {task: attempts_of(each) for task, each in records.items()}
        self.replies = {task: len(replies_of(each)) for task, each in records.items()}

    async def _moment(self) -> None:
        """Wait until nothing happens any more but by a timer."""
        before = -1
        while before != (before := sum(map(len, self.disk.records().values()))):
            await self.engine.saved()
            for _ in range(TURNS):
                await asyncio.sleep(0)

    async def _the_journal_can_be_read(self) -> None:
        """Every chain holds."""
        for stored in await self.store.scan():
            try:
                await self.store.load(stored.id)
            except DroverError as error:
                raise AssertionError(str(error)) from error

    async def _what_stands_follows_from_the_records(self) -> None:
        """State, steps, money and tokens as stored are what the journal alone comes to."""
        for stored in await self.store.scan():
            fold = folded(self.disk.records()[stored.id])
            assert disagreements(stored.standing, fold) == (), stored.id
            assert fold.sure or stored.standing.state in {State.RUNNING, State.PENDING}

    def _no_byte_left_before_its_time(self) -> None:
        """The provider looked when it was called."""
        assert not self.early
        assert not [id_ for id_, n in Counter(s.client_request_id for s in self.provider.sent).items() if n > 1]

    def _what_is_shown_is_there(self) -> None:
        """A task that cannot be saved yet is not shown."""
        assert self.attempts.keys() >= {snapshot.id for snapshot in self.engine.snapshots()}

    def _what_was_shown_as_saved_is_there(self) -> None:
        """Also after a crash, and no step is accepted twice."""
        for snapshot in self.engine.snapshots():
            assert snapshot.standing.steps_done >= self.shown.get(snapshot.id, 0)
            self.shown[snapshot.id] = snapshot.standing.steps_done
        for task, attempts in self.attempts.items():
            accepted = [a.intent.step for a in attempts if a.status is AttemptStatus.ACCEPTED and not a.superseded]
            first = accepted[0] if accepted else 1
            assert accepted == list(range(first, first + len(accepted))), task
            assert self.replies[task] == first - 1 + len(accepted) or not accepted, task
            assert self.replies[task] >= self.shown.get(task, 0), task
            unknown = [a for a in attempts if a.status is AttemptStatus.UNKNOWN]
            assert len(unknown) <= self.crashes

    def _what_is_shown_is_what_is_stored(self) -> None:
        """But for what waits in memory, and was said to."""
        if self.failing or self.engine.totals().trouble:
            return
        for snapshot in self.engine.snapshots():
            attempts = self.attempts[snapshot.id]
            assert snapshot.standing.spent == sum(each.cost for each in attempts if each.outcome)
            assert snapshot.standing.attempts == len(attempts)

    def _no_task_failed_by_a_fault_of_ours(self) -> None:
        """INTERNAL is never a person's, a provider's or a disk's."""
        assert not [s.id for s in self.engine.snapshots() if s.standing.reason == ErrorCode.INTERNAL]

    def _what_is_settled_is_durable(self) -> None:
        """The ledger knows nothing that the journal does not, and counts at its hold what is under way."""
        every = [attempt for each in self.attempts.values() for attempt in each]
        balance = self.engine.balance(EVERYTHING)
        befores = [each.cost if each.correction is None else each.correction.before for each in every]
        costs = [(each, *sorted((each.cost, before))) for each, before in zip(every, befores, strict=True)]
        assert balance.spent <= sum(most for each, _, most in costs if each.outcome)
        assert balance.spent + balance.held >= sum(least for _, least, _ in costs)

    def _the_ledger_counts_what_the_journal_says(self) -> None:
        """At every level."""
        spending = spending_of(attempt for each in self.attempts.values() for attempt in each if attempt.outcome)
        assert self.engine.balance(EVERYTHING).spent == spending.total
        for day, spent in spending.days.items():
            assert self.engine.balance(Scope(Level.DAY, day)).spent == spent
        for snapshot in self.engine.snapshots():
            own = self.engine.balance(Scope(Level.TASK, snapshot.id))
            if not self.failing:
                assert own.spent == snapshot.standing.spent

    def _nothing_billed_is_uncounted(self) -> None:
        """No request counts for less than its provider must have billed by what it gave out."""
        counted = {a.intent.attempt: a for attempts in self.attempts.values() for a in attempts}
        for sent in self.provider.sent:
            last = self.script(sent)[-1]
            unbilled = isinstance(last, ProviderError) and not last.maybe_billed
            given = [event for event in self.script(sent) if isinstance(event, Delta)][: sent.delivered]
            least = 0 if unbilled or not given else PRICE.cost(Usage(input=10, output=len(given)))
            attempt = counted[AttemptId(sent.client_request_id)]
            assert attempt.correction is not None or attempt.cost >= least

    def _no_limit_is_passed(self) -> None:
        """Neither a task's nor the day's, with what is held."""
        totals = self.engine.totals()
        assert totals.spent_today + totals.held <= DAY_LIMIT or totals.day_limit is None
        for snapshot in self.engine.snapshots():
            own = self.engine.balance(Scope(Level.TASK, snapshot.id))
            budget = snapshot.spec.budget
            corrected = any(attempt.correction for attempt in self.attempts[snapshot.id])  # which may pass a limit
            assert budget is None or corrected or own.spent + own.held <= max(budget, own.spent)

    def _nothing_is_held_for_a_task_at_rest(self) -> None:
        """But for replies that wait in memory until they can be saved."""
        if self.failing or self.engine.totals().unsaved:
            return
        for snapshot in self.engine.snapshots():
            if snapshot.state in (State.COMPLETED, State.CANCELLED, State.FAILED, State.TIMEOUT):
                assert not snapshot.held, snapshot

    def _nobody_pays_again_unasked(self) -> None:
        """A task of which an attempt may have been billed goes on by a person's word alone."""
        assert not self.unasked
