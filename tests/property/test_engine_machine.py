"""The engine through its face, as a state machine: a person, a provider, a disk, a power switch, in whatever order.

Nothing acknowledged is lost, nothing is paid twice unseen, no budget is passed. Virtual time, the memory store and a
scripted provider, which is also the witness: it knows what was sent, and looks into the store at that very moment. A
crash is a copy of what the store holds and a new engine on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import Action, State, allowed
from engine.domain.step import AttemptRecord, AttemptStatus, Intent
from engine.providers.scripted import Script, ScriptedProvider, Sent, failure, reply
from engine.runtime.accounts import EVERYTHING
from engine.runtime.supervisor import Supervisor
from engine.store.memory import MemoryStore
from engine.store.reading import attempts_of
from tests.virtual_time import VirtualLoop
from tests.workbench import CENT, Bench, bench, spec

T = TypeVar("T")

SCRIPTS: tuple[Script, ...] = (
    reply("short"),
    reply("a reply that takes its time", pause_s=2.0),
    failure(ErrorCode.RATE_LIMITED, retry_after_s=1.0),
    failure(ErrorCode.SERVER_ERROR, maybe_billed=True),
    failure(ErrorCode.WRONG_KEY, retryable=False),
    failure(ErrorCode.CUT, maybe_billed=True, after=reply("half of", pause_s=1.0)[:3]),
    (*reply("silence follows")[:2],),
)
DAY_LIMIT = 50 * CENT


class EngineMachine(RuleBasedStateMachine):
    """Rules are what may happen, invariants what must hold whenever everything has settled for a moment."""

    def __init__(self) -> None:
        """Begin with no engine: `open` makes it."""
        super().__init__()
        self._seen: dict[TaskId, int] = {}
        """Steps that were shown as saved."""
        self._unsaved_sends: list[str] = []
        self._crashes = 0
        self._failing = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the machine's own loop and time."""
        return self._loop.run_until_complete(work)

    def within(self, look: Callable[[], T]) -> T:
        """Look at the engine from within its loop."""

        async def looked() -> T:
            return look()

        return self.run(looked())

    @initialize(scripts=st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=12))
    def open(self, scripts: list[Script]) -> None:
        """Open an engine whose provider plays these scripts in turn, over and over."""

        def play(sent: Sent) -> Script:
            if sent.client_request_id not in self._intents():
                self._unsaved_sends.append(sent.client_request_id)
            return scripts[sent.number % len(scripts)]

        self._loop = VirtualLoop()
        self._provider = ScriptedProvider(playbook=play)
        self._store = MemoryStore()
        self._cm = bench(store=self._store, provider=self._provider, running_limit=2, limits={Level.DAY: DAY_LIMIT})
        self._bench: Bench = self.run(self._cm.__aenter__())

    @property
    def _engine(self) -> Supervisor:
        return self._bench.engine

    def _intents(self) -> set[str]:
        return {r.attempt for records in self._store.records.values() for r in records if isinstance(r, Intent)}

    def _that(self, action: Action) -> list[TaskId]:
        return self.within(lambda: [s.id for s in self._engine.snapshots() if action in allowed(s.state)])

    # --- what a person does

    @rule(steps=st.integers(1, 4), budget=st.sampled_from((None, 0, CENT // 10, CENT, 20 * CENT)), paused=st.booleans())
    def submit(self, steps: int, budget: int | None, paused: bool) -> None:
        """Make a task."""

        async def make() -> None:
            try:
                await self._engine.submit([spec(max_steps=steps, budget=budget, checkpoint_interval=2)], paused=paused)
            except DroverError:
                if not self._failing:
                    raise

        self.run(make())

    @rule(data=st.data(), act=st.sampled_from(("start", "pause", "resume", "cancel", "retry", "pause_now")))
    def ask(self, data: st.DataObject, act: str) -> None:
        """Ask something of a task."""
        tasks = self.within(lambda: [snapshot.id for snapshot in self._engine.snapshots()])
        if not tasks:
            return
        task = data.draw(st.sampled_from(tasks))

        async def go() -> None:
            if act == "pause_now":
                self._engine.pause([task], now=True)
            else:
                getattr(self._engine, act)([task])

        self.run(go())

    @rule(act=st.sampled_from(("pause_all", "resume_all", "resume_interrupted")))
    def ask_all(self, act: str) -> None:
        """Ask something of everything."""
        self.within(getattr(self._engine, act))

    @precondition(lambda self: not self._failing)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Take a task at rest out of view."""
        tasks = self._that(Action.DELETE)
        if tasks:
            task = data.draw(st.sampled_from(tasks))
            self.run(self._engine.delete([task]))
            self._seen.pop(task, None)

    @precondition(lambda self: not self._failing)
    @rule(data=st.data(), budget=st.sampled_from((CENT, 20 * CENT, None)))
    def raise_budget(self, data: st.DataObject, budget: int | None) -> None:
        """Edit a task at rest."""
        tasks = self._that(Action.EDIT)
        if tasks:
            task = data.draw(st.sampled_from(tasks))
            before = self.within(lambda: self._engine.snapshot(task).spec)
            self.run(self._engine.edit(task, spec(max_steps=before.max_steps, budget=budget, checkpoint_interval=2)))

    # --- what the world does

    @rule(seconds=st.sampled_from((0.0, 0.5, 3.0, 40.0, 200.0)))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.run(asyncio.sleep(seconds))

    @precondition(lambda self: not self._failing)
    @rule()
    def fail_disk(self) -> None:
        """Let every write fail from now on."""
        self._failing = True
        self._store.failing = DroverError(ErrorCode.DISK_FULL)

    @precondition(lambda self: self._failing)
    @rule()
    def mend_disk(self) -> None:
        """Let writes work again and save what waits in memory."""
        self._failing = False
        self._store.failing = None
        self.run(self._engine.mend())

    @rule()
    def crash(self) -> None:
        """End the program as a power switch does, and start it again on what the store holds at that moment."""
        held = MemoryStore(
            tasks=dict(self._store.tasks),
            records={task: list(records) for task, records in self._store.records.items()},
            deleted=dict(self._store.deleted),
            limits=dict(self._store.limits),
            fenced=dict(self._store.fenced),
        )
        old = self._engine
        sent = len(self._provider.sent)
        self.run(old.close(grace_s=0.0))
        del self._provider.sent[sent:]
        self._failing, self._crashes = False, self._crashes + 1
        self._store = self._bench.store = held
        self._make_anew()

    def _make_anew(self) -> None:
        async def reopen() -> None:
            self._provider.closed = False
            self._cm = bench(
                store=self._store,
                provider=self._provider,
                running_limit=2,
                limits={Level.DAY: DAY_LIMIT},
                seed=self._crashes,
            )
            self._bench = await self._cm.__aenter__()

        self.run(reopen())

    # --- what must hold

    @invariant()
    def everything_holds(self) -> None:
        """All of it, in one turn of the loop."""
        for check in (
            self._no_byte_left_before_its_intent_was_durable,
            self._what_was_shown_as_saved_is_there,
            self._the_ledger_counts_what_the_journal_says,
            self._no_limit_is_passed,
            self._nothing_is_held_for_a_task_at_rest,
        ):
            self.within(check)

    def _attempts(self) -> dict[TaskId, tuple[AttemptRecord, ...]]:
        return {task: attempts_of(records) for task, records in self._store.records.items()}

    def _no_byte_left_before_its_intent_was_durable(self) -> None:
        """The provider looked when it was called."""
        assert not self._unsaved_sends
        assert not [id_ for id_, n in Counter(s.client_request_id for s in self._provider.sent).items() if n > 1]

    def _what_was_shown_as_saved_is_there(self) -> None:
        """Also after a crash, and no step is accepted twice."""
        for snapshot in self._engine.snapshots():
            assert snapshot.standing.steps_done >= self._seen.get(snapshot.id, 0)
            self._seen[snapshot.id] = snapshot.standing.steps_done
        for task, attempts in self._attempts().items():
            accepted = [a.intent.step for a in attempts if a.status is AttemptStatus.ACCEPTED]
            assert accepted == list(range(1, len(accepted) + 1)), task
            unknown = [a for a in attempts if a.status is AttemptStatus.UNKNOWN]
            assert len(unknown) <= self._crashes

    def _the_ledger_counts_what_the_journal_says(self) -> None:
        """To the last digit, at every level; what waits in memory counts at its hold."""
        attempts = [attempt for each in self._attempts().values() for attempt in each]
        closed = sum(attempt.cost for attempt in attempts if attempt.outcome)
        balance = self._engine.balance(EVERYTHING)
        assert balance.spent == closed
        assert balance.spent + balance.held >= sum(attempt.cost for attempt in attempts if attempt.outcome is None)
        for snapshot in self._engine.snapshots():
            own = self._engine.balance(Scope(Level.TASK, snapshot.id))
            if not self._failing:
                assert own.spent == snapshot.standing.spent

    def _no_limit_is_passed(self) -> None:
        """Neither a task's nor the day's, with what is held."""
        totals = self._engine.totals()
        assert totals.spent_today + totals.held <= DAY_LIMIT or totals.day_limit is None
        for snapshot in self._engine.snapshots():
            own = self._engine.balance(Scope(Level.TASK, snapshot.id))
            budget = snapshot.spec.budget
            assert budget is None or own.spent + own.held <= max(budget, own.spent)

    def _nothing_is_held_for_a_task_at_rest(self) -> None:
        """But for replies that wait in memory until they can be saved."""
        if self._failing or self._engine.totals().unsaved:
            return
        for snapshot in self._engine.snapshots():
            if snapshot.state in (State.COMPLETED, State.CANCELLED, State.FAILED, State.TIMEOUT):
                assert not snapshot.held, snapshot

    def teardown(self) -> None:
        """Everything can still be ended, and then nothing is held."""
        if not hasattr(self, "_loop"):
            return
        with contextlib.closing(self._loop):
            if self._failing:
                self.mend_disk()
            self.run(self._cm.__aexit__(None, None, None))
            assert self._engine.balance(EVERYTHING).held == 0
            assert self._provider.open == 0


EngineMachine.TestCase.settings = settings(
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
TestEngineMachine = EngineMachine.TestCase
