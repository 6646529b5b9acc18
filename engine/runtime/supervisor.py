"""The engine itself: holds all tasks, acts on them for a person, and answers for them.

What is decided here: how the parts are wired, how tasks come and go. What is not: what a person's act means (`acts`),
how a step is run (`runner`), who runs next (`crew`), what is counted (`register`, `gauges`, `accounts`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.cost.port import Level, Scope
from engine.domain.clock import Clock, Random, SystemClock
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import Action, PauseReason, State, allowed
from engine.domain.step import Flag
from engine.domain.task import ResultRule
from engine.face import Answer
from engine.runtime.accounts import Accounts
from engine.runtime.acts import Acts
from engine.runtime.corrections import Corrections
from engine.runtime.crew import Crew
from engine.runtime.damages import Damages
from engine.runtime.feed import ChangeFeed
from engine.runtime.fences import Fences
from engine.runtime.gaps import Gaps
from engine.runtime.gauges import Gauges
from engine.runtime.intake import Intake
from engine.runtime.journal import Journal
from engine.runtime.lineage import Lineage
from engine.runtime.offers import Offers
from engine.runtime.ports import Reach, RunnerPorts, unobserved
from engine.runtime.recovery import recover
from engine.runtime.redacting import Redact, Unredacted
from engine.runtime.register import Register
from engine.runtime.slots import Slots
from engine.runtime.spooling import Spooling
from engine.runtime.summary import Summary
from engine.runtime.upkeep import Upkeep
from engine.runtime.view import View

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from engine.cost.port import Balance, Ledger, PriceBook
    from engine.domain.damage import Damage
    from engine.domain.difference import Difference
    from engine.domain.doubt import UnknownAttempt
    from engine.domain.fence import Fence
    from engine.domain.ids import AttemptId, Ids, TaskId
    from engine.domain.ledger_entry import LedgerEntry
    from engine.domain.progress import ChangeBatch, ProgressReport, Statistics, Totals
    from engine.domain.step import Checkpoint, Fork, LogEntry, StepRecord
    from engine.domain.storage import Retention, StorageSizes
    from engine.domain.task import RecipeName, Standing, TaskSnapshot, TaskSpec
    from engine.providers.port import ProviderDirectory
    from engine.recipes.port import Recipe
    from engine.results.port import Results
    from engine.runtime.record import TaskRecord
    from engine.store.port import Store
    from engine.store.spool import Spool

RUNNING_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """What an engine is made of: every port, chosen by whoever composes it."""

    store: Store
    ledger: Ledger
    prices: PriceBook
    providers: ProviderDirectory
    recipe: Callable[[RecipeName], Recipe]
    results: Results
    ids: Ids
    rng: Random
    clock: Clock = field(default_factory=SystemClock)
    running_limit: int = RUNNING_LIMIT
    limits: Mapping[Level, int | None] = field(default_factory=dict[Level, int | None])
    """Pico for each day, each month and everything."""
    reach: Reach = unobserved
    redact: Redact = field(default_factory=Unredacted)
    spool: Spool | None = None
    """Where the text of running streams goes; nowhere without."""


class Supervisor:
    """See `engine.face.Engine`. Made by `Supervisor.open`."""

    def __init__(self, parts: EngineParts) -> None:
        """Wire the parts; nothing runs yet."""
        self._parts = parts
        self._clock = parts.clock
        self._store = parts.store
        self._register = Register()
        self._feed = ChangeFeed()
        self._gauges = Gauges()
        self._gaps = Gaps(self._credit)
        self._spooling = Spooling(parts.spool)
        self._accounts = Accounts(parts.ledger, parts.clock, parts.limits)
        self._fences = Fences(parts.store)
        self._offers = Offers(self._register, self._accounts, self._fences, parts.clock)
        self._journal = Journal(parts.store, parts.clock, self._shown)
        self._crew = Crew(self._register, self._runner_ports(), parts.running_limit)
        self._acts = Acts(self._register, self._journal, self._crew, self._feed.mark)
        self._damages = Damages(self._register, parts.store, self._journal, self._crew)
        self._upkeep = Upkeep(self._register, parts.store, self._damages, parts.clock)
        self._intake = Intake(parts, self._register, self._journal, self._came)
        self._lineage = Lineage(parts, self._register, self._journal, self._intake)
        self._corrections = Corrections(parts, self._register, self._journal, self._accounts)
        summary = Summary(
            register=self._register,
            gauges=self._gauges,
            accounts=self._accounts,
            fences=self._fences,
            offers=self._offers,
            store=parts.store,
            clock=parts.clock,
            damages=self._damages,
            upkeep=self._upkeep,
        )
        self._view = View(self._register, self._feed, summary, parts.clock, self._crew)

    @classmethod
    async def open(cls, parts: EngineParts) -> Supervisor:
        """Load all tasks as they stand and recover from how the last run ended; starts none of them.

        Raises `DroverError` when the store cannot be read or written.
        """
        engine = cls(parts)
        await engine._load()
        return engine

    async def _load(self) -> None:
        for stored in await self._store.scan():
            self._intake.hold(stored)
        opened, found = await self._store.open_attempts(), await self._spooling.found()
        texts = {attempt: self._parts.redact.known(text) for attempt, text in found.items()}
        recover(self._register, self._journal, opened, self._clock.wall_ms(), texts)
        await self._journal.settled()
        left = await self._store.open_attempts() if texts else ()
        await self._spooling.start(a.intent.attempt for a in left if a.intent.task in self._register)
        self._accounts.restore(await self._store.spending(), await self._store.budgets())
        await self._fences.restore()
        for record in self._register:
            self._accounts.add(record)
            self._feed.add(record.id)
        self._gaps.start()
        self._upkeep.start()

    # --- acts of a person

    async def submit(self, specs: Sequence[TaskSpec], *, paused: bool = False) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return await self._intake.submit(specs, paused=paused)

    def start(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.start(ids)

    def pause(self, ids: Sequence[TaskId], *, now: bool = False) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.pause(ids, now=now)

    def resume(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.resume(ids)

    def cancel(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.cancel(ids)

    def retry(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.retry(ids)

    def pause_all(self, *, now: bool = False) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.pause_all(now=now)

    def resume_all(self) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.resume_all()

    def resume_interrupted(self, *, consent: bool = True) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.resume_interrupted(consent=consent)

    def resume_offered(self) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._acts.resume(self._offers.tasks())

    async def delete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        gone = tuple(
            t for t in ids if t in self._register and Action.DELETE in allowed(self._register.get(t).tip.state)
        )
        await self._journal.settled()
        await self._store.delete(gone)
        for task in gone:
            self._register.remove(task)
            self._accounts.remove(task)
            self._feed.remove(task)
        return gone

    async def undelete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        gone = [task for task in dict.fromkeys(ids) if task not in self._register]
        await self._store.undelete(gone)
        back = [stored for stored in await self._store.scan() if stored.id in gone]
        self._intake.take_in(back)
        return tuple(stored.id for stored in back)

    async def edit(self, task: TaskId, spec: TaskSpec) -> None:
        """See `Engine`."""
        record = self._register.get(task)
        if Action.EDIT not in allowed(record.tip.state):
            raise DroverError(ErrorCode.NOT_POSSIBLE, record.tip.state)
        spec = self._intake.checked(spec)
        before = record.spec
        await self._journal.edit(record, spec)
        self._register.edited(record, before)
        self._accounts.set_limit(Scope(Level.TASK, task), spec.budget)
        self._feed.mark(task)
        self._offers.changed()

    async def correct(self, task: TaskId, attempt: AttemptId, amount: int) -> None:
        """See `Engine`."""
        await self._corrections.correct(task, attempt, amount)
        self._offers.changed()

    async def ask_provider(self, task: TaskId, attempt: AttemptId) -> int | None:
        """See `Engine`."""
        amount = await self._corrections.ask(task, attempt)
        self._offers.changed()
        return amount

    async def restore(self, task: TaskId, step: int) -> None:
        """See `Engine`."""
        with self._damages.named(task):
            await self._lineage.restore(task, step)

    async def fork(self, task: TaskId, step: int, spec: TaskSpec, *, paused: bool = True) -> TaskId:
        """See `Engine`."""
        with self._damages.named(task):
            return await self._lineage.fork(task, step, spec, paused=paused)

    async def mend(self) -> tuple[TaskId, ...]:
        """See `Engine`."""
        await self._store.mend()
        self._journal.mended()
        await self._spooling.start(())  # where what it had found could not be saved at the start
        self._crew.fill()
        held_up = [r.id for r in self._register if r.tip.state is State.PAUSED and r.tip.reason == PauseReason.STORAGE]
        return self._acts.resume(held_up)

    # --- looking

    def drain(self) -> ChangeBatch:
        """See `Engine`."""
        return self._view.drain()

    def focus(self, task: TaskId | None) -> None:
        """See `Engine`."""
        self._view.focus(task)

    def watch(self, task: TaskId) -> AsyncIterator[ProgressReport]:
        """See `Engine`."""
        return self._view.watch(self._register.get(task).id)

    def watch_all(self) -> AsyncIterator[ProgressReport]:
        """See `Engine`."""
        return self._view.watch_all()

    def snapshot(self, task: TaskId) -> TaskSnapshot:
        """See `Engine`."""
        return self._register.get(task).snapshot(self._clock.monotonic())

    def snapshots(self) -> tuple[TaskSnapshot, ...]:
        """See `Engine`."""
        now = self._clock.monotonic()
        return tuple(record.snapshot(now) for record in self._register)

    def totals(self) -> Totals:
        """See `Engine`."""
        return self._view.totals()

    def statistics(self) -> Statistics:
        """See `Engine`."""
        return self._gauges.statistics()

    def balance(self, scope: Scope) -> Balance:
        """See `Engine`."""
        return self._accounts.balance(scope)

    def set_budget(self, scope: Scope, limit: int | None) -> None:
        """See `Engine`."""
        self._accounts.set_limit(scope, limit)
        if scope.level is Level.BATCH:
            self._journal.keep(self._store.set_budget(scope.level, scope.key, limit))
        self._offers.changed()

    def fences(self) -> tuple[Fence, ...]:
        """See `Engine`."""
        return tuple(self._fences)

    async def lift_fence(self, provider: str, model: str) -> None:
        """See `Engine`."""
        await self._fences.lift(provider, model)
        self._offers.changed()

    def set_running_limit(self, limit: int) -> None:
        """See `Engine`."""
        self._crew.limit = limit

    async def answer(self, task: TaskId) -> Answer:
        """See `Engine`."""
        record = self._register.get(task)
        with self._damages.named(task):
            replies = await self._replies(record)
        return Answer(
            text=self._parts.recipe(record.spec.recipe).answer(record.spec, replies),
            steps=len(replies),
            final=record.standing.state is State.COMPLETED,
            folder=self._parts.results.folder(task, record.spec.name),
        )

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """See `Engine`."""
        with self._damages.named(task):
            return await self._store.steps(task)

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """See `Engine`."""
        with self._damages.named(task):
            return await self._store.log(task)

    def damage(self) -> tuple[Damage, ...]:
        """See `Engine`."""
        return self._damages.all()

    async def storage(self) -> StorageSizes:
        """See `Engine`."""
        sizes, results = await asyncio.gather(self._store.sizes(), self._parts.results.size())
        return replace(sizes, results=results)

    def set_retention(self, policy: Retention) -> None:
        """See `Engine`."""
        self._upkeep.set_retention(policy)

    async def backup(self, file: Path) -> None:
        """See `Engine`."""
        await self._store.backup(file)

    async def unknown(self) -> tuple[UnknownAttempt, ...]:
        """See `Engine`."""
        return await self._corrections.unknown()

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """See `Engine`."""
        with self._damages.named(task):
            return await self._lineage.checkpoints(task)

    async def parent(self, task: TaskId) -> Fork | None:
        """See `Engine`."""
        return await self._lineage.parent(task)

    async def difference(self, task: TaskId, first: int, second: int) -> Difference:
        """See `Engine`."""
        with self._damages.named(task):
            return await self._lineage.difference(task, first, second)

    def ledger_entries(self) -> AsyncIterator[LedgerEntry]:
        """See `Engine`."""
        return self._store.ledger()

    async def saved(self) -> None:
        """See `Engine`."""
        await self._journal.settled()

    async def drain_runners(self, grace_s: float) -> None:
        """See `Engine`."""
        await self._crew.close(grace_s)

    async def close(self, grace_s: float = 30.0) -> None:
        """See `Engine`."""
        await self._upkeep.stop()
        await self._crew.close(grace_s)
        self._gaps.stop()
        await self._journal.settled()
        await self._spooling.close()
        await self._parts.results.close()
        await self._parts.providers.close()
        await self._store.close()

    # --- how

    async def _replies(self, record: TaskRecord) -> tuple[str, ...]:
        """Return the texts that the answer is made of: where only the last step counts, the others may be gone."""
        try:
            return await self._store.replies(record.id)
        except DroverError as error:
            if error.code is not ErrorCode.TEXT_DROPPED or record.spec.result is not ResultRule.LAST:
                raise
            accepted = [step.accepted for step in await self._store.steps(record.id) if step.accepted]
            if not accepted or Flag.DROPPED in accepted[-1].flags:
                raise
            return ("",) * (record.standing.steps_done - 1) + (accepted[-1].text,)

    def _runner_ports(self) -> RunnerPorts:
        parts = self._parts
        return RunnerPorts(
            journal=self._journal,
            reader=parts.store,
            ledger=parts.ledger,
            prices=parts.prices,
            providers=parts.providers,
            recipe=parts.recipe,
            results=parts.results,
            clock=parts.clock,
            ids=parts.ids,
            rng=parts.rng,
            slots=Slots(),
            fences=self._fences,
            gauges=self._gauges,
            spooling=self._spooling,
            scopes=self._accounts.scopes,
            changed=self._feed.mark,
            credit=self._gaps.total,
            reach=parts.reach,
            redact=parts.redact,
        )

    def _came(self, record: TaskRecord) -> None:
        """Let a new task, durable now, run unless it was added paused."""
        self._accounts.add(record)
        self._feed.add(record.id)
        if record.tip.state is State.PENDING:
            self._crew.enlist(record)

    def _shown(self, record: TaskRecord, before: Standing, after: Standing) -> None:
        self._register.moved(record, before, after)
        self._damages.seen(record, after)
        self._feed.mark(record.id)

    def _credit(self, seconds: float) -> None:
        """Take time in which the process stood still off every task's active time."""
        for record in self._register:
            if record.active_since is not None:
                record.active_since += seconds
