"""Damage is named and stops its task; every other goes on."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import State
from engine.providers.scripted import in_turn, reply
from engine.store.memory import MemoryStore
from tests.virtual_time import run
from tests.workbench import bench


def test_the_check_after_the_start_names_what_does_not_hold() -> None:
    """Of tasks at rest it says so and no more; the next start is told to look at everything."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(reply("x")), store=store) as b:
            good, bad = await b.submit(max_steps=1), await b.submit(max_steps=1, title="Bad")
            await b.until(good)
            await b.until(bad)
            await b.engine.close()
            store.damaged.add(bad)
            engine = await b.reopen()
            await asyncio.sleep(1)
            (found,) = engine.damage()
            assert (found.task, found.title, found.repaired) == (bad, "Bad", False)
            assert engine.totals().damaged == 1 and engine.totals().checked == 2
            assert engine.snapshot(bad).state is State.COMPLETED and store.suspects == {bad}

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
