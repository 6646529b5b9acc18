"""What every ledger must hold: no limit passed, nothing below the truth, first come, first served."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cost.ledger import MemoryLedger
from engine.cost.port import Hold, Ledger, Level, OverBudgetError, Scope

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
    assert (await waiting).amount == 5


async def test_a_wait_that_became_hopeless_is_refused(ledger: Ledger) -> None:
    """The money went elsewhere."""
    ledger.open(DAY, limit=10)
    hold = await ledger.admit((DAY,), 8)
    waiting = asyncio.ensure_future(ledger.admit((DAY,), 5))
    await turns()
    ledger.settle(hold, 8)
    with pytest.raises(OverBudgetError):
        await waiting


async def test_a_big_call_is_not_starved_by_small_ones(ledger: Ledger) -> None:
    """First come, first served within a scope."""
    ledger.open(DAY, limit=10)
    first = await ledger.admit((DAY,), 5)
    big = asyncio.ensure_future(ledger.admit((DAY,), 10))
    await turns()
    small = asyncio.ensure_future(ledger.admit((DAY,), 1))
    await turns()
    assert not small.done()
    ledger.release(first)
    held = await big
    ledger.release(held)
    assert (await small).amount == 1


async def test_calls_of_other_scopes_pass_one_that_waits(ledger: Ledger) -> None:
    """A full task holds up nobody else's."""
    ledger.open(TASK, limit=5)
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
    assert (await waiting).amount == 5


async def test_what_costs_nothing_always_goes(ledger: Ledger) -> None:
    """A free model runs though a limit is used up."""
    ledger.open(DAY, spent=10, limit=5)
    assert not ledger.would_wait((DAY,), 0)
    assert (await ledger.admit((DAY,), 0)).amount == 0


async def test_a_scope_in_use_is_not_forgotten(ledger: Ledger) -> None:
    """Only one that holds nothing."""
    hold = await ledger.admit((TASK,), 4)
    ledger.forget(TASK)
    assert ledger.balance(TASK).held == 4
    ledger.settle(hold, 4)
    ledger.forget(TASK)
    assert ledger.balance(TASK).spent == 0


@dataclass(slots=True)
class Play:
    """A ledger beside the plainest model of one: sums over lists."""

    ledger: MemoryLedger
    limits: dict[Scope, int]
    holds: list[Hold] = field(default_factory=list[Hold])
    spent: dict[Scope, int] = field(default_factory=lambda: dict.fromkeys(SCOPES, 0))
    waiting: list[asyncio.Future[Hold]] = field(default_factory=list["asyncio.Future[Hold]"])
    overbilled: set[Scope] = field(default_factory=set[Scope])

    def collect(self) -> None:
        """Take over what was granted or refused meanwhile."""
        for call in [each for each in self.waiting if each.done()]:
            self.waiting.remove(call)
            if not call.cancelled() and call.exception() is None:
                self.holds.append(call.result())

    def check(self) -> None:
        """Hold the ledger against the model."""
        for scope in SCOPES:
            balance, limit = self.ledger.balance(scope), self.limits.get(scope)
            assert balance.held == sum(hold.amount for hold in self.holds if scope in hold.scopes)
            assert balance.spent == self.spent[scope]
            if limit is not None and scope not in self.overbilled:
                assert balance.spent + balance.held <= limit

    def end(self, place: int, amount: int) -> None:
        """Settle one hold."""
        hold = self.holds.pop(place % len(self.holds))
        self.ledger.settle(hold, amount)
        for scope in hold.scopes:
            self.spent[scope] += amount
            if amount > hold.amount:
                self.overbilled.add(scope)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["admit", "settle", "overbill", "release", "cancel"]), st.integers(0, 30), st.integers(0, 5)
    ),
    max_size=60,
)


@given(STEPS, st.integers(0, 60), st.integers(0, 60))
def test_no_order_of_events_passes_a_limit(steps: list[tuple[str, int, int]], task_limit: int, day_limit: int) -> None:
    """Admissions, settlements, cancellations at random: spent and held are right, and within every limit."""

    async def main() -> None:
        play = Play(MemoryLedger(), {TASK: task_limit, DAY: day_limit})
        for scope in SCOPES:
            play.ledger.open(scope, limit=play.limits.get(scope))
        for kind, amount, choice in steps:
            if kind == "admit":
                own = TASK if choice % 2 else OTHER
                play.waiting.append(asyncio.ensure_future(play.ledger.admit((own, DAY, EVERYTHING), amount)))
            elif kind == "cancel" and play.waiting:
                play.waiting[choice % len(play.waiting)].cancel()
            elif play.holds:
                most = play.holds[choice % len(play.holds)].amount
                play.end(choice, {"settle": amount % (most + 1), "overbill": most + amount}.get(kind, 0))
            await turns(4)
            play.collect()
            play.check()
        for call in play.waiting:
            call.cancel()
        await asyncio.gather(*play.waiting, return_exceptions=True)

    asyncio.run(main())
