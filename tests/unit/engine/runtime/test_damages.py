"""Damage is named and stops its task; every other goes on."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import State
from engine.providers.scripted import in_turn, reply
from engine.store.memory import MemoryStore
from engine.store.port import Holding
from tests.virtual_time import run
from tests.workbench import Bench, bench


def damage(store: MemoryStore, task: TaskId, holds: int = 0) -> None:
    """Let only so many records of a task hold."""
    store.damaged.add(task)
    store.holds[task] = holds


async def found_damaged(b: Bench, store: MemoryStore) -> TaskId:
    """Complete a task of which nothing holds then, and look at it."""
    bad = await b.submit(max_steps=1)
    await b.until(bad)
    damage(store, bad)
    with pytest.raises(DroverError):
        await b.engine.log(bad)
    return bad


def test_the_check_after_the_start_names_what_does_not_hold() -> None:
    """It is shown as the next start will have it, with what holds of it; that start is told to look at everything."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x")), store=store) as b:
            good, bad = await b.submit(max_steps=1), await b.submit(max_steps=3, title="Bad")
            await b.until(good)
            await b.until(bad)
            await b.engine.close()
            damage(store, bad, holds=4)
            engine = await b.reopen()
            await asyncio.sleep(1)
            (found,) = engine.damage()
            assert (found.task, found.title, found.repaired, found.kept_steps) == (bad, "Bad", False, 1)
            assert engine.totals().damaged == 1 and engine.totals().checked == 2
            shown = engine.snapshot(bad)
            assert (shown.state, shown.standing.reason) == (State.FAILED, ErrorCode.STORE_DAMAGED)
            assert shown.standing.steps_done == 1 and store.suspects == {bad}
            assert engine.totals().needs_you == {ErrorCode.STORE_DAMAGED: 1}
            assert engine.snapshot(good).state is State.COMPLETED

    run(main())


def test_a_task_that_runs_stops_after_its_step_and_the_others_run_on() -> None:
    """The step in flight is being paid; nothing begins after it."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x", pause_s=5.0)), store=store) as b:
            good, bad = await b.submit(max_steps=4), await b.submit(max_steps=4)
            await asyncio.sleep(1)
            store.damaged.add(bad)
            with pytest.raises(DroverError) as raised:
                await b.engine.steps(bad)
            assert raised.value.code is ErrorCode.STORE_DAMAGED
            ended = await b.done(bad)
            assert (ended.state, ended.standing.reason) == (State.FAILED, ErrorCode.STORE_DAMAGED)
            assert ended.standing.steps_done == 1
            assert (await b.done(good)).state is State.COMPLETED
            assert [each.task for each in b.engine.damage()] == [bad]

    run(main())


def test_a_task_whose_last_step_was_in_flight_is_not_called_completed() -> None:
    """The step is kept; what stands before it does not hold, and the row says so."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x", pause_s=5.0)), store=store) as b:
            bad = await b.submit(max_steps=1)
            await asyncio.sleep(1)
            damage(store, bad)
            with pytest.raises(DroverError):
                await b.engine.steps(bad)
            ended = await b.done(bad)
            assert (ended.state, ended.standing.reason) == (State.FAILED, ErrorCode.STORE_DAMAGED)
            assert ended.standing.steps_done == 0 and ended.standing.spent

    run(main())


def test_one_that_is_resumed_all_the_same_says_so_again() -> None:
    """Nothing is sent for it, also where it was completed."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x")), store=store) as b:
            bad = await found_damaged(b, store)
            await asyncio.sleep(1)
            assert b.engine.resume([bad]) == (bad,)
            ended = await b.done(bad)
            assert (ended.state, ended.standing.reason) == (State.FAILED, ErrorCode.STORE_DAMAGED)
            assert b.engine.totals().attempts == 1 and len(b.engine.damage()) == 1

    run(main())


def test_a_task_that_waits_does_not_begin() -> None:
    """Found damaged in the queue, it leaves it."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x", pause_s=5.0)), store=store, running_limit=1) as b:
            first, waiting = await b.submit(max_steps=1), await b.submit(max_steps=1)
            await asyncio.sleep(1)
            store.damaged.add(waiting)
            with pytest.raises(DroverError):
                await b.engine.log(waiting)
            await b.done(first)
            assert b.engine.snapshot(waiting).state is State.FAILED
            assert b.engine.totals().attempts == 1

    run(main())


def test_a_task_that_is_damaged_fails_when_it_is_resumed() -> None:
    """Its chain is read before anything is sent for it."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x")), store=store) as b:
            task = await b.submit(max_steps=1, paused=True)
            store.damaged.add(task)
            b.engine.resume([task])
            ended = await b.done(task)
            assert (ended.state, ended.standing.reason) == (State.FAILED, ErrorCode.STORE_DAMAGED)
            assert [each.task for each in b.engine.damage()] == [task]

    run(main())


def test_one_that_was_deleted_comes_back_as_damaged() -> None:
    """What the next start will make of it is so, deleted meanwhile or not."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x")), store=store) as b:
            bad = await found_damaged(b, store)
            await asyncio.sleep(1)
            for _ in range(2):
                assert await b.engine.delete([bad]) == (bad,)
                assert await b.engine.undelete([bad]) == (bad,)
                shown = b.engine.snapshot(bad)
                assert (shown.state, shown.standing.reason) == (State.FAILED, ErrorCode.STORE_DAMAGED)
                assert shown.standing.steps_done == 0

    run(main())


class SlowToLook(MemoryStore):
    """A store that takes seconds to say how much of a task holds."""

    async def holding(self, task: TaskId) -> Holding:
        """See `StoreReader`."""
        await asyncio.sleep(5)
        return await super().holding(task)


def test_one_that_is_deleted_while_it_is_looked_at_comes_back_as_damaged() -> None:
    """How much of it holds is known only after it came back."""

    async def main() -> None:
        store = SlowToLook()
        async with bench(in_turn(reply("x")), store=store) as b:
            bad = await found_damaged(b, store)
            await b.engine.delete([bad])
            await b.engine.undelete([bad])
            await asyncio.sleep(10)
            assert b.engine.snapshot(bad).standing.reason == ErrorCode.STORE_DAMAGED

    run(main())
