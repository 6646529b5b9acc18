"""A call counts for the day on which it leaves, however long it waited for other calls' holds."""

from __future__ import annotations

import asyncio

from engine.cost.port import Level, Scope
from engine.domain.states import Phase, State
from engine.providers.scripted import in_turn, reply
from tests.virtual_time import run
from tests.workbench import CENT, Bench, bench

YESTERDAY, TODAY = Scope(Level.DAY, "2026-11-24"), Scope(Level.DAY, "2026-11-25")
BEFORE_MIDNIGHT_S = 12 * 3600 - 10


async def waits_at_midnight(b: Bench, held: int) -> int:
    """Let a task wait for another's hold over midnight; return what that one settles at by default."""
    await asyncio.sleep(BEFORE_MIDNIGHT_S)
    hold = await b.ledger.admit((YESTERDAY,), held)
    task = await b.submit(max_steps=1)
    await asyncio.sleep(1)
    assert b.engine.snapshot(task).phase is Phase.WAITING_HELD
    await asyncio.sleep(20)
    assert b.engine.snapshot(task).phase is Phase.WAITING_HELD
    b.ledger.settle(hold, held)
    assert (await b.done(task)).state is State.COMPLETED
    (step,) = await b.engine.steps(task)
    assert step.attempts[0].intent.day == TODAY.key
    return step.cost


def test_a_call_granted_after_midnight_counts_for_the_new_day() -> None:
    """What it was granted in yesterday's account is given back."""

    async def main() -> None:
        async with bench(in_turn(reply("x")), limits={Level.DAY: CENT}) as b:
            b.engine.totals()
            await asyncio.sleep(0)
            cost = await waits_at_midnight(b, CENT - CENT // 100)
            assert b.engine.balance(TODAY).spent == cost
            assert b.engine.balance(YESTERDAY).held == 0

    run(main())


def test_a_call_refused_by_yesterday_s_limit_asks_today_s() -> None:
    """The money of yesterday is gone, and it is none of its business."""

    async def main() -> None:
        async with bench(in_turn(reply("x")), limits={Level.DAY: CENT}) as b:
            b.engine.totals()
            cost = await waits_at_midnight(b, CENT)
            assert b.engine.balance(TODAY).spent == cost
            assert b.engine.balance(YESTERDAY).spent == CENT

    run(main())


def test_who_waits_for_held_amounts_shows_it() -> None:
    """Waiting is a phase of a running task; it goes on when there is room, and nothing of it is active time."""

    async def main() -> None:
        async with bench(in_turn(reply("x")), limits={Level.DAY: CENT}) as b:
            day = Scope(Level.DAY, b.engine.totals().day)
            hold = await b.ledger.admit((day,), CENT)
            task = await b.submit(max_steps=1)
            await asyncio.sleep(100)
            snapshot = b.engine.snapshot(task)
            assert (snapshot.state, snapshot.phase) == (State.RUNNING, Phase.WAITING_HELD)
            b.ledger.release(hold)
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            assert snapshot.active_s < 1

    run(main())
