"""A model that billed above its hold is asked nothing more until the person says so."""

from __future__ import annotations

import asyncio

from engine.cost.port import Level, Price, Scope
from engine.domain.errors import ErrorCode
from engine.domain.states import PauseReason, State
from engine.domain.step import Flag
from engine.providers.scripted import Script, ScriptedProvider, Sent, reply
from engine.store.memory import MemoryStore
from tests.virtual_time import run
from tests.workbench import CENT, Bench, bench

MUCH = 50 * CENT


def overbilled_once(sent: Sent) -> Script:
    """The first reply costs more than anything that was held for it."""
    return reply("x" * 10, reported_cost=MUCH if sent.number == 0 else None, pause_s=1.0)


async def fenced(b: Bench) -> None:
    """Let a task meet the reply that costs too much."""
    task = await b.submit(max_steps=3)
    snapshot = await b.done(task)
    standing = snapshot.standing
    assert (standing.state, standing.reason, standing.detail) == (State.PAUSED, PauseReason.PROVIDER, ErrorCode.FENCED)
    assert standing.steps_done == 1


def test_it_is_recorded_in_full_flagged_and_fenced() -> None:
    """The reply is kept, the money counts, no second request leaves, other models go on."""

    async def main() -> None:
        async with bench(overbilled_once) as b:
            await fenced(b)
            (task,) = b.engine.snapshots()
            (step,) = await b.engine.steps(task.id)
            outcome = step.attempts[0].outcome
            assert outcome is not None
            assert (outcome.cost, outcome.flags) == (MUCH, (Flag.OVERBILLED,))
            assert b.engine.balance(Scope(Level.EVERYTHING, "")).spent == MUCH == task.standing.spent
            assert len(b.provider.sent) == 1
            (fence,) = b.engine.fences()
            assert (fence.provider, fence.model, fence.attempt) == (
                "scripted",
                "scripted-model",
                step.attempts[0].intent.attempt,
            )
            assert b.engine.totals().fences == (fence,)
            assert b.engine.totals().needs_you == {"provider": 1}
            other = await b.submit(max_steps=1, model="another")
            assert (await b.done(other)).state is State.COMPLETED

    run(main())


def test_lifting_it_offers_to_resume() -> None:
    """Nothing goes on by itself; a yes lets it."""

    async def main() -> None:
        async with bench(overbilled_once) as b:
            await fenced(b)
            (task,) = b.engine.snapshots()
            assert b.engine.totals().offered == {}
            assert b.engine.resume([task.id]) == (task.id,)  # resuming alone asks nothing of the model
            assert (await b.done(task.id)).standing.detail == ErrorCode.FENCED
            assert len(b.provider.sent) == 1
            await b.engine.lift_fence("scripted", "scripted-model")
            await b.engine.lift_fence("scripted", "no-such-model")
            assert b.engine.fences() == ()
            assert b.engine.totals().offered == {ErrorCode.FENCED: 1}
            await asyncio.sleep(60)
            assert len(b.provider.sent) == 1
            assert b.engine.resume_offered() == (task.id,)
            assert (await b.done(task.id)).state is State.COMPLETED

    run(main())


def test_it_stands_over_a_restart() -> None:
    """Until it is lifted."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(overbilled_once, store=store, provider=ScriptedProvider()) as b:
            await fenced(b)
        async with bench(overbilled_once, store=store, provider=ScriptedProvider()) as b:
            (task,) = b.engine.snapshots()
            b.engine.resume([task.id])
            assert (await b.done(task.id)).standing.detail == ErrorCode.FENCED
            assert b.provider.sent == []
            await b.engine.lift_fence("scripted", "scripted-model")
            await b.engine.close()
            engine = await b.reopen()
            assert engine.fences() == ()

    run(main())


def test_calls_in_flight_finish_and_calls_that_wait_do_not_leave() -> None:
    """What was sent is paid and kept; who waits for held amounts gives back what it is granted."""

    async def main() -> None:
        async with bench(overbilled_once, limits={Level.DAY: 2 * MUCH}) as b:
            first, second = await b.submit(max_steps=2), await b.submit(max_steps=2)
            await asyncio.sleep(0.1)
            rest = 2 * MUCH - b.engine.totals().held_today
            hold = await b.ledger.admit((Scope(Level.DAY, b.engine.totals().day),), rest)
            waiting = await b.submit(max_steps=2)
            await b.done(first)
            b.ledger.release(hold)
            assert (await b.done(second)).standing.steps_done == 1
            assert (await b.done(waiting)).standing.steps_done == 0
            assert {task.standing.detail for task in b.engine.snapshots()} == {ErrorCode.FENCED}
            assert len(b.provider.sent) == 2
            assert b.engine.totals().held == 0

    run(main())


def test_a_free_model_that_bills_is_fenced() -> None:
    """Nothing was held for it, so anything is too much."""

    async def main() -> None:
        async with bench(overbilled_once, price=Price()) as b:
            await fenced(b)
            assert b.engine.totals().spent_total == MUCH

    run(main())
