"""What money stopped goes on by a yes alone: limits of five levels, raised, lowered, and a new day."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from engine.cost.port import Level, Scope
from engine.domain.states import PauseReason, State
from engine.domain.task import TaskSnapshot
from engine.providers.scripted import ScriptedProvider, in_turn, reply
from engine.runtime.supervisor import Supervisor
from engine.store.memory import MemoryStore
from tests.virtual_time import run
from tests.workbench import CENT, Bench, bench

TIGHT, AMPLE = CENT // 5, 100 * CENT
REPLIES = in_turn(reply("x" * 100))
NOON_TO_MIDNIGHT_S = 12 * 3600


def scope(engine: Supervisor, level: Level) -> Scope:
    """Return the account of a level that the tests' tasks count in now."""
    day = engine.totals().day
    return Scope(level, {Level.BATCH: "b", Level.DAY: day, Level.MONTH: day[:7]}.get(level, ""))


async def stopped_at(b: Bench, level: Level) -> TaskSnapshot:
    """Return a task that a tight limit of this level stopped."""
    if level is not Level.TASK:
        b.engine.set_budget(scope(b.engine, level), TIGHT)
    task = await b.submit(max_steps=30, batch="b", budget=TIGHT if level is Level.TASK else None, loop_after=0)
    snapshot = await b.done(task)
    assert (snapshot.state, snapshot.standing.reason, snapshot.standing.detail) == (
        State.PAUSED,
        PauseReason.BUDGET,
        level,
    )
    return snapshot


async def set_limit(b: Bench, level: Level, task: TaskSnapshot, limit: int | None) -> None:
    """Change the limit that stopped a task."""
    if level is Level.TASK:
        await b.engine.edit(task.id, msgspec.structs.replace(task.spec, budget=limit))
    else:
        b.engine.set_budget(scope(b.engine, level), limit)


@pytest.mark.parametrize("level", list(Level))
def test_raising_a_limit_offers_and_resumes_on_yes(level: Level) -> None:
    """At every level: nothing goes on by itself, what would fit is offered, and a yes lets it go on."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            task = await stopped_at(b, level)
            assert 0 < task.standing.spent <= TIGHT < task.standing.spent + task.standing.needed
            assert b.engine.totals().offered == {}
            await set_limit(b, level, task, TIGHT + 1)
            assert b.engine.totals().offered == {}  # raised, and still too little for the next call
            b.engine.drain()
            await set_limit(b, level, task, AMPLE)
            assert b.engine.totals().offered == {level: 1}
            assert [each.offered for each in b.engine.drain().changed] == [True]
            await asyncio.sleep(60)
            assert b.engine.snapshot(task.id).state is State.PAUSED
            assert b.engine.snapshot(task.id).offered and b.engine.offered() == (task.id,)
            assert b.engine.resume_offered() == (task.id,)
            ended = await b.done(task.id)
            assert (ended.state, ended.offered) == (State.COMPLETED, False)
            assert b.engine.totals().offered == {}

    run(main())


@pytest.mark.parametrize("level", list(Level))
def test_no_limit_is_room_too(level: Level) -> None:
    """A limit that is taken away stops nothing."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            task = await stopped_at(b, level)
            await set_limit(b, level, task, None)
            assert b.engine.totals().offered == {level: 1}

    run(main())


def test_all_limits_must_have_room() -> None:
    """Raising one of two that stand in the way offers nothing."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            task = await stopped_at(b, Level.DAY)
            b.engine.set_budget(Scope(Level.BATCH, "b"), TIGHT)
            b.engine.set_budget(scope(b.engine, Level.DAY), AMPLE)
            assert b.engine.totals().offered == {}
            b.engine.set_budget(Scope(Level.BATCH, "b"), AMPLE)
            assert b.engine.totals().offered == {Level.DAY: 1}
            b.engine.set_budget(scope(b.engine, Level.DAY), TIGHT)
            assert b.engine.totals().offered == {}
            assert b.engine.resume_offered() == ()
            assert b.engine.snapshot(task.id).state is State.PAUSED

    run(main())


def test_a_new_day_offers_what_the_last_one_stopped() -> None:
    """Its limit is whole again; the month's goes on."""

    async def main() -> None:
        async with bench(REPLIES, limits={Level.DAY: TIGHT}) as b:
            task = await stopped_at(b, Level.DAY)
            assert b.engine.totals().offered == {}
            await asyncio.sleep(NOON_TO_MIDNIGHT_S)
            totals = b.engine.totals()
            assert totals.offered == {Level.DAY: 1}
            assert (totals.spent_today, totals.spent_month) == (0, task.standing.spent)
            assert b.engine.snapshot(task.id).state is State.PAUSED

    run(main())


def test_the_offer_stands_over_a_restart() -> None:
    """What the next call needs is kept with the task, and a batch's budget by the engine."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(REPLIES, store=store, provider=ScriptedProvider()) as b:
            task = await stopped_at(b, Level.BATCH)
            await b.engine.saved()
        async with bench(REPLIES, store=store, provider=ScriptedProvider()) as b:
            balance = b.engine.balance(Scope(Level.BATCH, "b"))
            assert (balance.limit, balance.spent) == (TIGHT, task.standing.spent)
            assert b.engine.totals().offered == {}
            b.engine.set_budget(Scope(Level.BATCH, "b"), AMPLE)
            assert b.engine.totals().offered == {Level.BATCH: 1}

    run(main())


def test_a_batch_s_budget_holds_from_before_its_first_call() -> None:
    """Set before there are tasks, it is not forgotten when the first one comes."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            b.engine.set_budget(Scope(Level.BATCH, "b"), TIGHT)
            for _ in range(2):
                task = await b.submit(max_steps=30, batch="b", loop_after=0)
                assert (await b.done(task)).standing.detail == Level.BATCH
            other = await b.submit(max_steps=2, batch="c")
            assert (await b.done(other)).state is State.COMPLETED
            assert 0 < b.engine.balance(Scope(Level.BATCH, "b")).spent <= TIGHT

    run(main())
