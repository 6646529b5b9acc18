"""The rooms of an engine, wired: every part made once, each knowing only the parts it works with.

Opening is here too: what the store knows is held, how the last run ended is recovered from, and nothing runs yet.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from engine.domain.errors import DroverError
from engine.domain.states import State
from engine.runtime.accounts import Accounts
from engine.runtime.acts import Acts
from engine.runtime.alerts import Alerts
from engine.runtime.batch_times import BatchTimes
from engine.runtime.choices import Choices
from engine.runtime.contexts import Contexts
from engine.runtime.corrections import Corrections
from engine.runtime.crew import Crew
from engine.runtime.damages import Damages
from engine.runtime.feed import ChangeFeed
from engine.runtime.fences import Fences
from engine.runtime.foresights import Foresights
from engine.runtime.gaps import Gaps
from engine.runtime.gauges import Gauges
from engine.runtime.histories import Histories
from engine.runtime.intake import Intake
from engine.runtime.journal import Journal
from engine.runtime.keys import Keys
from engine.runtime.learned import Learned
from engine.runtime.limits.gate import Gate
from engine.runtime.limits.lane import rates_of
from engine.runtime.lineage import Lineage
from engine.runtime.offers import Offers
from engine.runtime.places import Places
from engine.runtime.ports import RunnerPorts
from engine.runtime.recovery import recover
from engine.runtime.register import Register
from engine.runtime.spooling import Spooling
from engine.runtime.steering import Steering
from engine.runtime.summary import Summary
from engine.runtime.timeouts import Timeouts
from engine.runtime.upkeep import Upkeep
from engine.runtime.view import View

if TYPE_CHECKING:
    from engine.domain.task import Standing
    from engine.runtime.parts import EngineParts
    from engine.runtime.record import TaskRecord


class Rooms:
    """All parts of one engine."""

    def __init__(self, parts: EngineParts) -> None:
        """Wire the parts; nothing runs yet."""
        self.parts = parts
        self.register = Register()
        self.feed = ChangeFeed()
        self.gauges = Gauges()
        self.gaps = Gaps(self._credit)
        self.spooling = Spooling(parts.spool)
        self.accounts = Accounts(parts.ledger, parts.clock, parts.limits)
        self.fences = Fences(parts.store)
        self.batch_times = BatchTimes(parts, self.register)
        self.gate = Gate(parts.clock, parts.rng, still=self.gaps.total)
        self.offers = Offers(self.register, self.accounts, self.fences, self.gate, parts.clock, told=self.feed.mark)
        self.choices = self._choices()
        self.contexts = Contexts(parts.providers, parts.models, self.choices.learned)
        self.histories = Histories(self.register, parts.store, parts.recipe)
        self.foresights = Foresights(parts, self.histories, self.contexts, self.choices)
        self.journal = Journal(parts.store, parts.clock, self._shown)
        self.alerts = Alerts(self.register, self.accounts, self.journal, parts.store)
        self.crew = Crew(self.register, self._runner_ports(), parts.running_limit)
        self.keys = Keys(self.register, self.journal, self.crew, self.gate, parts.clock)
        self.acts = Acts(self.register, self.journal, self.crew, self.feed.mark, self.gate.forgive)
        self.places = Places(self.register, self.journal, self.crew, self.feed.mark)
        self.damages = Damages(self.register, parts.store, self.journal, self.crew)
        self.upkeep = Upkeep(self.register, parts.store, self.damages, parts.clock)
        self.intake = Intake(parts, self.register, self.journal, self._came)
        self.lineage = Lineage(parts, self.register, self.journal, self.intake)
        self.corrections = Corrections(parts, self.register, self.journal, self.accounts)
        self.steering = Steering(parts, self.register, self.journal, self.crew, self.choices)
        self.timeouts = Timeouts(self.register, self.journal, self.crew, self.batch_times)
        self.view = View(self.register, self.feed, self._summary(), parts.clock, self.crew, timeouts=self.timeouts)

    async def load(self) -> None:
        """Hold all tasks as they stand and recover from how the last run ended.

        Raises `DroverError` when the store cannot be read or written.
        """
        store = self.parts.store
        for stored in await store.scan():
            self.intake.hold(stored)
        await self._recover()
        budgets = await store.budgets()
        self.accounts.restore(await store.spending(), budgets)
        await self.fences.restore()
        for record in self.register:
            self.accounts.add(record)
            self.feed.add(record.id)
        self.keys.restore()
        self.alerts.restore(budgets)
        self.parts.results.mend([record.id for record in self.register])
        self.gaps.start()
        self.batch_times.begin(budgets, self.crew)
        self.upkeep.start()

    async def close(self, grace_s: float) -> None:
        """Let steps in flight finish for `grace_s` seconds, cut the rest, make all durable, let go of everything."""
        self.acts.finish()
        await self.upkeep.stop()
        await self.crew.close(grace_s)
        self.batch_times.stop()
        self.gaps.stop()
        await self.journal.settled()
        await self.spooling.close()
        await self.parts.results.close()
        await self.parts.providers.close()
        await self.parts.store.close()

    def renew_providers(self) -> None:
        """Let the gate know how providers are set up now, and lay out anew what policies choose from."""
        self.choices.forget()
        for name, _ in tuple(self.gate.hosts()):
            with suppress(DroverError):  # not set up any more: its tasks learn that on their turn
                self.gate.renew(name, rates_of(self.parts.providers.get(name).capabilities))

    async def _recover(self) -> None:
        store = self.parts.store
        opened, found = await store.open_attempts(), await self.spooling.found()
        texts = {attempt: self.parts.redact.known(text) for attempt, text in found.items()}
        recover(self.register, self.journal, opened, self.parts.clock.wall_ms(), texts)
        await self.journal.settled()
        left = await store.open_attempts() if texts else ()
        await self.spooling.start(a.intent.attempt for a in left if a.intent.task in self.register)

    def _summary(self) -> Summary:
        return Summary(
            register=self.register,
            gauges=self.gauges,
            accounts=self.accounts,
            fences=self.fences,
            offers=self.offers,
            keys=self.keys,
            gate=self.gate,
            store=self.parts.store,
            clock=self.parts.clock,
            damages=self.damages,
            upkeep=self.upkeep,
            alerts=self.alerts,
        )

    def _choices(self) -> Choices:
        parts = self.parts
        return Choices(
            models=parts.models,
            prices=parts.prices,
            ledger=parts.ledger,
            learned=Learned(),
            clock=parts.clock,
            scopes=self.accounts.scopes,
        )

    def _runner_ports(self) -> RunnerPorts:
        parts = self.parts
        return RunnerPorts(
            journal=self.journal,
            reader=parts.store,
            ledger=parts.ledger,
            prices=parts.prices,
            providers=parts.providers,
            recipe=parts.recipe,
            results=parts.results,
            clock=parts.clock,
            ids=parts.ids,
            rng=parts.rng,
            gate=self.gate,
            choices=self.choices,
            contexts=self.contexts,
            fences=self.fences,
            gauges=self.gauges,
            spooling=self.spooling,
            scopes=self.accounts.scopes,
            changed=self.feed.mark,
            batch_left=self.batch_times.left,
            credit=self.gaps.total,
            route=parts.route,
            reach=parts.reach,
            aside=parts.aside,
            redact=parts.redact,
        )

    def _came(self, record: TaskRecord) -> None:
        """Let a new task, durable now, run unless it was added paused."""
        self.accounts.add(record)
        self.feed.add(record.id)
        if record.tip.state is State.PENDING:
            self.crew.enlist(record)

    def _shown(self, record: TaskRecord, before: Standing, after: Standing) -> None:
        self.register.moved(record, before, after)
        self.histories.moved(record, before, after)
        self.damages.seen(record, after)
        self.alerts.hear(record, before, after)
        self.feed.mark(record.id)

    def _credit(self, seconds: float) -> None:
        """Take time in which the process stood still off every task's active time."""
        now = self.parts.clock.monotonic()
        for record in self.register:
            if record.active_since is not None:
                record.active_since = min(now, record.active_since + seconds)
