"""What every ledger must hold: no limit passed, nothing below the truth, first come, first served."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cost.ledger import MemoryLedger
from engine.cost.port import Hold, Ledger, Level, OverBudgetError, Scope
from engine.domain.money import MOST_COUNTED

TASK, OTHER = Scope(Level.TASK, "a"), Scope(Level.TASK, "b")
DAY, EVERYTHING = Scope(Level.DAY, "2026-11-24"), Scope(Level.EVERYTHING, "")
SCOPES = (TASK, OTHER, DAY, EVERYTHING)


@pytest.fixture
def ledger() -> Ledger:
    """The ledger of one process; a later one for many goes through the same suite."""
    return MemoryLedger()


async def turns(count: int = 3) -> None:
    """Let the loop run what is due."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_fits_is_held_in_every_scope(ledger: Ledger) -> None:
    """Spent nowhere yet, held everywhere."""
    ledger.open(TASK, limit=10)
    await ledger.admit((TASK, DAY), 4)
    for scope in (TASK, DAY):
        assert (ledger.balance(scope).spent, ledger.balance(scope).held) == (0, 4)
    assert ledger.balance(TASK).limit == 10


async def test_settling_turns_a_hold_into_spent_money(ledger: Ledger) -> None:
    """By what it really was, above the hold, too; once."""
    hold = await ledger.admit((TASK, DAY), 4)
    ledger.settle(hold, 7)
    assert (ledger.balance(DAY).spent, ledger.balance(DAY).held) == (7, 0)
    with pytest.raises(ValueError, match="before"):
        ledger.settle(hold, 7)
    with pytest.raises(ValueError, match="before"):
        ledger.release(hold)


async def test_what_is_found_out_later_counts_and_may_pass_a_limit(ledger: Ledger) -> None:
    """Upwards beyond it, downwards again; what is held is not touched."""
    ledger.open(TASK, limit=10)
    hold = await ledger.admit((TASK, DAY), 4)
    ledger.adjust((TASK, DAY), 9)
    for scope in (TASK, DAY):
        assert (ledger.balance(scope).spent, ledger.balance(scope).held) == (9, 4)
    ledger.adjust((TASK, DAY), -6)
    ledger.settle(hold, 4)
    assert (ledger.balance(TASK).spent, ledger.balance(DAY).spent) == (7, 7)


async def test_a_correction_serves_who_waits_or_tells_them_that_there_is_no_hope(ledger: Ledger) -> None:
    """Room that comes of one downwards is given out; one upwards takes the hope of what cannot fit any more."""
    ledger.open(TASK, spent=4, limit=10)
    hold = await ledger.admit((TASK,), 6)
    small, big = (asyncio.ensure_future(ledger.admit((TASK,), amount)) for amount in (2, 5))
    await turns()
    assert not small.done() and not big.done()
    ledger.adjust((TASK,), -2)
    await turns()
    assert small.done() and not big.done()
    ledger.adjust((TASK,), 4)
    await turns()
    assert isinstance(big.exception(), OverBudgetError)
    ledger.release(hold)


async def test_what_cannot_fit_is_refused_with_its_scope(ledger: Ledger) -> None:
    """Even with nothing held; what was spent before counts."""
    ledger.open(TASK, spent=7, limit=10)
    with pytest.raises(OverBudgetError) as raised:
        await ledger.admit((DAY, TASK), 4)
    assert (raised.value.scope, raised.value.needed, raised.value.free) == (TASK, 4, 3)
    assert ledger.balance(DAY).held == 0


async def test_where_only_holds_stand_in_the_way_it_waits(ledger: Ledger) -> None:
    """And goes on when they end for less."""
    ledger.open(DAY, limit=10)
    hold = await ledger.admit((DAY,), 8)
    assert ledger.would_wait((DAY,), 5)
    waiting = asyncio.ensure_future(ledger.admit((DAY,), 5))
    await turns()
    assert not waiting.done()
    ledger.settle(hold, 2)
    assert (await asyncio.wait_for(waiting, 1)).amount == 5


async def test_a_wait_that_became_hopeless_is_refused(ledger: Ledger) -> None:
    """The money went elsewhere."""
    ledger.open(DAY, limit=10)
    hold = await ledger.admit((DAY,), 8)
    waiting = asyncio.ensure_future(ledger.admit((DAY,), 5))
    await turns()
    ledger.settle(hold, 8)
    with pytest.raises(OverBudgetError):
        await asyncio.wait_for(waiting, 1)


async def test_a_big_call_is_not_starved_by_small_ones(ledger: Ledger) -> None:
    """First come, first served within a scope, also when what ends makes room for a small one alone."""
    ledger.open(DAY, limit=10)
    ledger.open(TASK, limit=1)
    await ledger.admit((TASK,), 1)
    bystander = asyncio.ensure_future(ledger.admit((TASK,), 1))  # who waits elsewhere changes nothing
    first, second = await ledger.admit((DAY,), 4), await ledger.admit((DAY,), 4)
    big = asyncio.ensure_future(ledger.admit((DAY,), 10))
    await turns()
    small = asyncio.ensure_future(ledger.admit((DAY,), 1))
    await turns()
    assert not small.done()
    ledger.release(first)
    await turns()
    assert not small.done()
    ledger.release(second)
    ledger.release(await asyncio.wait_for(big, 1))
    assert (await asyncio.wait_for(small, 1)).amount == 1
    bystander.cancel()


async def test_all_who_lost_hope_are_told_at_once(ledger: Ledger) -> None:
    """Also behind one who may still hope."""
    ledger.open(DAY, limit=10)
    first, _second = await ledger.admit((DAY,), 4), await ledger.admit((DAY,), 4)
    hopes, dear = (asyncio.ensure_future(ledger.admit((DAY,), amount)) for amount in (5, 9))
    await turns()
    ledger.settle(first, 2)
    await turns()
    assert not hopes.done()
    assert isinstance(dear.exception(), OverBudgetError)
    hopes.cancel()


async def test_a_place_once_taken_is_kept(ledger: Ledger) -> None:
    """Who lacks money in two scopes by turns is served before who came later to either."""
    ledger.open(TASK, limit=5)
    ledger.open(DAY, limit=10)
    own = await ledger.admit((TASK, DAY), 3)
    first = asyncio.ensure_future(ledger.admit((TASK, DAY), 5))  # lacks money of the task
    await turns()
    passes = await asyncio.wait_for(ledger.admit((OTHER, DAY), 7), 1)
    ledger.release(own)
    await turns()
    assert not first.done()  # lacks money of the day now
    late = asyncio.ensure_future(ledger.admit((OTHER, DAY), 1))
    await turns()
    assert not late.done()
    ledger.release(passes)
    assert (await asyncio.wait_for(first, 1)).amount == 5
    assert (await asyncio.wait_for(late, 1)).amount == 1


async def test_calls_of_other_scopes_pass_one_that_waits(ledger: Ledger) -> None:
    """A full task holds up nobody else's, though they share a day that has a limit, and room."""
    ledger.open(TASK, limit=5)
    ledger.open(DAY, limit=100)
    await ledger.admit((TASK, DAY), 5)
    waiting = asyncio.ensure_future(ledger.admit((TASK, DAY), 1))
    await turns()
    assert (await asyncio.wait_for(ledger.admit((OTHER, DAY), 3), 1)).amount == 3
    waiting.cancel()


async def test_cancelling_a_wait_holds_nothing(ledger: Ledger) -> None:
    """At any moment, also in the one in which it was granted."""
    ledger.open(DAY, limit=10)
    hold = await ledger.admit((DAY,), 8)
    waiting = asyncio.ensure_future(ledger.admit((DAY,), 5))
    await turns()
    ledger.release(hold)  # grants it
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ledger.balance(DAY).held == 0
    assert (await ledger.admit((DAY,), 10)).amount == 10


async def test_raising_a_limit_wakes_who_waits(ledger: Ledger) -> None:
    """At once."""
    ledger.open(DAY, limit=5)
    await ledger.admit((DAY,), 5)
    waiting = asyncio.ensure_future(ledger.admit((DAY,), 5))
    await turns()
    ledger.set_limit(DAY, 10)
    assert (await asyncio.wait_for(waiting, 1)).amount == 5


async def test_what_costs_nothing_always_goes(ledger: Ledger) -> None:
    """A free model runs though a limit is used up."""
    ledger.open(DAY, spent=10, limit=5)
    assert not ledger.would_wait((DAY,), 0)
    assert (await ledger.admit((DAY,), 0)).amount == 0


@pytest.mark.parametrize("limit", [None, 2**63])
async def test_everything_has_a_bound_that_no_limit_lifts(ledger: Ledger, limit: int | None) -> None:
    """So that what is held and what it may be overbilled by are sums of 64 bits; to the last pico, and shown as set."""
    ledger.open(EVERYTHING, limit=limit)
    first = await ledger.admit((TASK, EVERYTHING), MOST_COUNTED - 1)
    assert not ledger.would_wait((TASK, EVERYTHING), 1)
    await ledger.admit((TASK, EVERYTHING), 1)
    assert ledger.would_wait((TASK, EVERYTHING), 1)
    ledger.settle(first, MOST_COUNTED)
    with pytest.raises(OverBudgetError) as refused:
        await ledger.admit((TASK, EVERYTHING), 1)
    assert (refused.value.scope, refused.value.free) == (EVERYTHING, 0)
    assert ledger.balance(EVERYTHING).limit == limit


async def test_a_scope_in_use_is_not_forgotten(ledger: Ledger) -> None:
    """Only one that holds nothing."""
    hold = await ledger.admit((TASK,), 4)
    ledger.forget(TASK)
    assert ledger.balance(TASK).held == 4
    ledger.settle(hold, 4)
    ledger.forget(TASK)
    assert ledger.balance(TASK).spent == 0


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call that asked to be admitted."""

    scopes: tuple[Scope, ...]
    amount: int
    short: frozenset[Scope]
    """Where it found too little when it came."""
    answer: asyncio.Future[Hold]


@dataclass(slots=True)
class Play:
    """A ledger beside the plainest model of one: sums over lists."""

    ledger: Ledger
    limits: dict[Scope, int]
    holds: list[Hold] = field(default_factory=list[Hold])
    spent: dict[Scope, int] = field(default_factory=lambda: dict.fromkeys(SCOPES, 0))
    waiting: list[Call] = field(default_factory=list[Call])
    overbilled: set[Scope] = field(default_factory=set[Scope])

    def admit(self, own: Scope, amount: int) -> None:
        """Ask for a hold."""
        scopes = (own, DAY, EVERYTHING)
        short = frozenset(scope for scope in scopes if amount and not self.room(scope, amount, held=True))
        answer = asyncio.ensure_future(self.ledger.admit(scopes, amount))
        self.waiting.append(Call(scopes, amount, short, answer))

    def end(self, place: int, amount: int) -> None:
        """Settle one hold."""
        hold = self.holds.pop(place % len(self.holds))
        self.ledger.settle(hold, amount)
        for scope in hold.scopes:
            self.spent[scope] += amount
            if amount > hold.amount:
                self.overbilled.add(scope)

    def correct(self, own: Scope, amount: int) -> None:
        """Count something otherwise than it was settled, and never less than nothing."""
        amount = max(amount, -self.spent[own])
        self.ledger.adjust((own, DAY, EVERYTHING), amount)
        for scope in (own, DAY, EVERYTHING):
            self.spent[scope] += amount
            if amount > 0:
                self.overbilled.add(scope)

    def act(self, kind: str, amount: int, choice: int) -> None:
        """Let one thing happen, if it can."""
        if kind == "admit":
            self.admit(TASK if choice % 2 else OTHER, amount)
        elif kind == "correct":
            self.correct(TASK if choice % 2 else OTHER, amount - 15)
        elif kind == "cancel" and self.waiting:
            self.waiting[choice % len(self.waiting)].answer.cancel()
        elif kind in ("settle", "overbill", "release") and self.holds:
            most = self.holds[choice % len(self.holds)].amount
            self.end(choice, {"settle": amount % (most + 1), "overbill": most + amount, "release": 0}[kind])

    def collect(self) -> None:
        """Take over what was granted or refused meanwhile: none before one that lacked the same money earlier."""
        passed = set[Scope]()
        for call in tuple(self.waiting):
            if not call.answer.done():
                passed |= call.short
                continue
            self.waiting.remove(call)
            if not call.answer.cancelled() and call.answer.exception() is None:
                assert passed.isdisjoint(call.scopes) or not call.amount
                self.holds.append(call.answer.result())

    def room(self, scope: Scope, amount: int, *, held: bool) -> bool:
        """Whether `amount` fits into a scope's limit, beside what is held or as if nothing were."""
        limit, balance = self.limits.get(scope), self.ledger.balance(scope)
        return limit is None or balance.spent + (balance.held if held else 0) + amount <= limit

    def check(self) -> None:
        """Hold the ledger against the model; who waits has a reason to, and a hope."""
        for scope in SCOPES:
            balance = self.ledger.balance(scope)
            assert balance.held == sum(hold.amount for hold in self.holds if scope in hold.scopes)
            assert balance.spent == self.spent[scope]
            assert scope in self.overbilled or self.room(scope, 0, held=True)
        for place, call in enumerate(self.waiting):
            assert all(self.room(scope, call.amount, held=False) for scope in call.scopes)
            assert place or not all(self.room(scope, call.amount, held=True) for scope in call.scopes)


KINDS = st.sampled_from(["admit", "admit", "settle", "overbill", "release", "cancel", "correct"])
STEPS = st.lists(st.tuples(KINDS, st.integers(0, 30), st.integers(0, 5)), max_size=60)


@given(STEPS, st.integers(0, 60), st.integers(0, 60))
def test_no_order_of_events_passes_a_limit(steps: list[tuple[str, int, int]], task_limit: int, day_limit: int) -> None:
    """Whatever happens in whatever order: the figures are right, within every limit, in turn, and nobody is stuck."""

    async def main() -> None:
        play = Play(MemoryLedger(), {TASK: task_limit, DAY: day_limit})
        for scope in SCOPES:
            play.ledger.open(scope, limit=play.limits.get(scope))
        for step in [*steps, *[("cancel", 0, 0)] * len(steps)]:
            play.act(*step)
            await turns(4)
            play.collect()
            play.check()
        assert not play.waiting

    asyncio.run(main())
