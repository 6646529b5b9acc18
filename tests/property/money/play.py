"""Two thousand callers at one ledger: they ask, wait, fly, end well or badly, and change their minds meanwhile.

The real ledger, prices and settlement are at work; store, provider and network are left out, so that a million calls
take minutes. Turns of the loop stand for time. All is drawn from one seed.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import count

from engine.cost.ledger import MemoryLedger
from engine.cost.port import Hold, Level, OverBudgetError, Scope
from engine.domain.step import Flag
from engine.runtime import bookkeeping
from tests.property.money.market import Errand, Market
from tests.property.money.truth import Call, Truth

PICO = 10**12
BATCHES = 40
DAYS, DAYS_A_MONTH = 24, 4
EVERYTHING = Scope(Level.EVERYTHING, "")
CALLS_A_TASK = 25
STUCK = 50
"""Turns with nothing in flight after which nobody should wait any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, and which."""

    admissions: int
    callers: int = 2000
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of it."""

    admitted: int = 0
    refused: int = 0
    waited: int = 0
    cancelled: int = 0
    taken_back: int = 0
    """Grants whose caller was cancelled in the same turn."""
    limits_changed: int = 0
    corrected: int = 0
    days: int = 0
    most_in_flight: int = 0
    most_waiting: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])
    overbilled: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])


class Play:
    """`tally = await Play(plan).run()`."""

    def __init__(self, plan: Plan) -> None:
        """Set the stage: batches, a day, a month and everything, most of them limited."""
        self._plan = plan
        self._market = Market(plan.seed)
        self._chance = self._market.chance
        self._ledger = MemoryLedger()
        self._truth = Truth(self._ledger)
        self._tally = Tally()
        self._arrivals, self._tasks = count(), count()
        self._waiting: dict[int, asyncio.Task[None]] = {}
        self._in_flight = 0
        self._doubtful = deque[tuple[Call, int, int]](maxlen=200)
        """Calls that count for more than was billed: call, what it counts for, what was billed."""
        self._last_hold = 0
        self._still = 0
        self._day = self._month = Scope(Level.DAY, "")
        self._truth.open(EVERYTHING, 100 * PICO)
        self._batches = [Scope(Level.BATCH, str(number)) for number in range(BATCHES)]
        for batch in self._batches:
            self._truth.open(batch, None if self._chance.random() < 0.1 else PICO)
        self._new_day()

    async def run(self) -> Tally:
        """Play to the end."""
        callers = [asyncio.ensure_future(self._caller()) for _ in range(self._plan.callers)]
        while not all(caller.done() for caller in callers):
            await asyncio.sleep(0)
            if not self._enough():
                self._person()
            if self._is_stuck():
                self._truth.faults["left"] += len(self._waiting)
                for arrival in list(self._waiting):
                    self._cancel(arrival)
        await asyncio.gather(*callers)
        self._truth.at_rest()
        tally = self._tally
        tally.taken_back = self._last_hold - tally.admitted
        tally.overbilled, tally.faults = self._truth.overbilled, self._truth.faults
        return tally

    def _enough(self) -> bool:
        return self._tally.admitted >= self._plan.admissions or bool(self._truth.faults["left"])

    def _is_stuck(self) -> bool:
        """Whether somebody waits though nothing was in flight for many turns: they wait for nothing."""
        self._still = self._still + 1 if self._waiting and not self._in_flight else 0
        return self._still > STUCK

    # --- callers

    async def _caller(self) -> None:
        while not self._enough():
            task = Scope(Level.TASK, str(next(self._tasks)))
            self._truth.open(task, None if self._chance.random() < 0.2 else int(self._chance.random() * PICO / 4))
            batch = self._chance.choice(self._batches)
            for _ in range(CALLS_A_TASK):
                if self._enough() or not await self._one_call(task, batch):
                    break
            self._truth.forget(task)
            await asyncio.sleep(0)

    async def _one_call(self, task: Scope, batch: Scope) -> bool:
        """Make a call; whether the task goes on."""
        errand = self._market.errand()
        scopes = (task, batch, self._day, self._month, EVERYTHING)
        call = self._truth.arrived(next(self._arrivals), scopes, errand.worst)
        try:
            hold = await self._admitted(call)
        except OverBudgetError:
            self._tally.refused += 1
            return False
        if hold is None:
            return True
        self._truth.granted(call, hold, errand.billed)
        self._fly(1)
        self._tally.admitted += 1
        self._last_hold = max(self._last_hold, hold.number)
        for _ in range(1 + int(self._chance.random() * 5)):
            await asyncio.sleep(0)
        self._end(call, hold, errand)
        return True

    async def _admitted(self, call: Call) -> Hold | None:
        """Ask; None for a caller that was cancelled while it waited, or as it was granted."""
        waits = self._ledger.would_wait(call.scopes, call.worst)
        self._tally.waited += waits
        caller = asyncio.current_task()
        if waits and caller is not None:
            self._waiting[call.arrival] = caller
            self._tally.most_waiting = max(self._tally.most_waiting, len(self._waiting))
        try:
            return await self._ledger.admit(call.scopes, call.worst)
        except asyncio.CancelledError:
            if caller is not None:
                caller.uncancel()
            self._tally.cancelled += 1
            return None
        finally:
            self._waiting.pop(call.arrival, None)

    def _end(self, call: Call, hold: Hold, errand: Errand) -> None:
        """Settle as the runtime does: by the bill of how it ended; at the hold where the program died."""
        amount, flags = hold.amount, tuple[Flag, ...]()
        if errand.ending is not None:
            bill = bookkeeping.bill(errand.ending, errand.price, hold.amount)
            amount, flags = bill.amount, bill.flags
        self._fly(-1)
        self._tally.kinds[errand.kind] += 1
        self._ledger.settle(hold, amount)
        flagged = Flag.OVERBILLED in flags
        self._truth.ended(call, expected=errand.expected, billed=errand.billed, flagged=flagged)
        if errand.expected > errand.billed:
            self._doubtful.append((call, errand.expected, errand.billed))
        if self._waiting and self._chance.random() < 0.02:  # most likely who was granted just now
            self._cancel(next(iter(self._waiting)))

    def _fly(self, by: int) -> None:
        self._in_flight += by
        self._tally.most_in_flight = max(self._tally.most_in_flight, self._in_flight)

    def _cancel(self, arrival: int) -> None:
        self._waiting.pop(arrival).cancel()

    # --- the person, and the calendar

    def _person(self) -> None:
        """Between two turns: a new day, limits raised and lowered, a few who wait cancelled."""
        if self._tally.admitted * DAYS // self._plan.admissions > self._tally.days - 1:
            self._new_day()
        if self._waiting and self._chance.random() < 0.2:
            self._cancel(self._chance.choice(list(self._waiting)))
        for _ in range(min(5, len(self._doubtful))):
            self._correct(*self._doubtful.pop())
        for scope in (*self._chance.sample(self._batches, 8), self._day, self._month, EVERYTHING):
            self._change(scope)

    def _correct(self, call: Call, counted: int, billed: int) -> None:
        """Say what a call cost that nobody had confirmed: what was billed at least, now and then more than was held."""
        amount = billed + int(self._chance.random() * (counted - billed) * 1.2) - counted
        if call.accounts[0] is self._truth.accounts.get(call.scopes[0]):  # its task is still there
            self._tally.corrected += 1
            self._ledger.adjust(call.scopes, amount)
            self._truth.corrected(call, amount)

    def _change(self, scope: Scope) -> None:
        room = self._truth.room(scope)
        if room is None:
            return
        spent = self._ledger.balance(scope).spent
        if room < PICO // 10 or self._chance.random() < 0.05:
            self._set(scope, spent + int(self._chance.random() * (4 if scope.level is Level.BATCH else 20) * PICO))
        elif self._chance.random() < 0.02:
            self._set(scope, spent + int(self._chance.random() * max(0, room)))

    def _set(self, scope: Scope, limit: int) -> None:
        self._tally.limits_changed += 1
        self._truth.set_limit(scope, limit)

    def _new_day(self) -> None:
        month = Scope(Level.MONTH, str(self._tally.days // DAYS_A_MONTH))
        self._day = Scope(Level.DAY, str(self._tally.days))
        self._truth.open(self._day, 5 * PICO)
        if month != self._month:
            self._month = month
            self._truth.open(month, 20 * PICO)
        self._tally.days += 1
