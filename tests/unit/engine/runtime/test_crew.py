"""How many run, who is next, and that a task never has two runners."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import State
from engine.domain.task import place_of
from engine.providers.scripted import in_turn, reply
from tests.virtual_time import run
from tests.workbench import Bench, bench, spec

LONG = in_turn(reply("x", pause_s=10.0))


def running(b: Bench) -> list[int]:
    """Return the orders of the tasks that run."""
    return [snapshot.order for snapshot in b.engine.snapshots() if snapshot.state is State.RUNNING]


def test_a_place_goes_to_the_most_urgent_then_to_the_oldest() -> None:
    """As soon as one is free, and to no more than there are places."""

    async def main() -> None:
        async with bench(LONG, running_limit=1) as b:
            for priority in (0, 0, 5):
                await b.submit(max_steps=1, priority=priority)
            came: list[int] = []
            for _ in range(3):
                await asyncio.sleep(5.0)
                came += running(b)
                await asyncio.sleep(5.1)
            assert came == [0, 2, 1]

    run(main())


def test_a_wider_limit_is_filled_at_once_and_a_narrower_one_cuts_nobody() -> None:
    """Whoever runs goes on; the limit is never below one."""

    async def main() -> None:
        async with bench(LONG, running_limit=1) as b:
            for _ in range(4):
                await b.submit(max_steps=1)
            await asyncio.sleep(1.0)
            b.engine.set_running_limit(3)
            await asyncio.sleep(1.0)
            assert running(b) == [0, 1, 2]
            b.engine.set_running_limit(0)
            await asyncio.sleep(1.0)
            assert running(b) == [0, 1, 2] and b.engine.totals().running_limit == 1

    run(main())


def test_a_task_that_is_resumed_while_its_runner_writes_its_end_has_one_runner() -> None:
    """No step of it is asked for twice."""

    async def main() -> None:
        async with bench(in_turn(*(reply(str(n), pause_s=1.0) for n in range(3)))) as b:
            task = await b.submit(max_steps=3)
            await asyncio.sleep(0.5)
            b.engine.pause([task], now=True)
            for _ in range(20):
                await asyncio.sleep(0)
                b.engine.resume([task])
            assert (await b.done(task)).state is State.COMPLETED
            asked = [len(sent.messages) for sent in b.provider.sent]
            assert asked == sorted(asked) and len(asked) <= 4
            assert b.provider.most_open == 1

    run(main())


def test_nothing_starts_while_the_disk_takes_nothing() -> None:
    """Who waits keeps its place until it is mended."""

    async def main() -> None:
        async with bench(LONG, running_limit=1) as b:
            first, second = await b.submit(max_steps=1), await b.submit(max_steps=1)
            await asyncio.sleep(5.0)
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            await asyncio.sleep(30.0)
            assert b.engine.snapshot(second).state is State.PENDING and len(b.provider.sent) == 1
            b.store.failing = None
            await b.engine.mend()
            assert (await b.done(second)).state is State.COMPLETED is b.engine.snapshot(first).state

    run(main())


def test_closing_lets_a_step_finish_for_the_grace_and_cuts_it_then() -> None:
    """And lets nobody take a free place."""

    async def main() -> None:
        for grace_s, kept in ((20.0, 1), (1.0, 0)):
            async with bench(LONG, running_limit=1) as b:
                first = await b.submit()
                second = await b.submit()
                await asyncio.sleep(5.0)
                await b.engine.close(grace_s=grace_s)
                assert b.engine.snapshot(first).standing.steps_done == kept
                assert b.engine.snapshot(first).state is State.PAUSED
                assert b.engine.snapshot(second).state is State.PENDING
                assert len(b.provider.sent) == 1

    run(main())


def test_fewer_places_make_surplus_tasks_give_theirs_back_after_their_step() -> None:
    """A person who lowers the limit expects that soon so many run: nobody is cut, nobody loses a step."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=4) as b:
            ids = await b.engine.submit([spec(max_steps=4, loop_after=0) for _ in range(8)])
            await asyncio.sleep(5)
            assert b.provider.open == 4
            b.engine.set_running_limit(2)
            await asyncio.sleep(1)
            assert b.provider.open == 4  # a step in flight is being paid
            await asyncio.sleep(15)
            assert b.provider.open == 2
            states = [b.engine.snapshot(task).state for task in ids]
            assert states == [State.RUNNING] * 2 + [State.PENDING] * 6
            assert all(b.engine.snapshot(task).standing.steps_done == 1 for task in ids[2:4])
            b.engine.set_running_limit(8)
            await asyncio.sleep(5)  # one after the other
            assert b.provider.open == 8
            await asyncio.sleep(500)
            assert {b.engine.snapshot(task).state for task in ids} == {State.COMPLETED}
            assert len(b.provider.sent) == 8 * 4

    run(main())


def test_one_that_is_done_lets_one_of_the_surplus_keep_its_place() -> None:
    """Else fewer than the limit would run for the time of a start; who it is says the queue."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=4) as b:
            short = await b.submit(max_steps=1)
            ids = await b.engine.submit([spec(max_steps=9, loop_after=0) for _ in range(3)])
            await asyncio.sleep(5)
            b.engine.set_running_limit(3)
            b.engine.set_running_limit(2)
            b.engine.cancel([short])
            await asyncio.sleep(20)
            assert b.engine.snapshot(short).state is State.CANCELLED
            states = [b.engine.snapshot(task).state for task in ids]
            assert states == [State.RUNNING, State.RUNNING, State.PENDING]
            assert b.provider.open == 2

    run(main())


def test_all_that_give_way_are_ranked_once() -> None:
    """Not at each end: that would be the square of them."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=200) as b:
            await b.engine.submit([spec(max_steps=4, loop_after=0) for _ in range(200)])
            await asyncio.sleep(5)
            with patch("engine.runtime.crew.place_of", wraps=place_of) as ranked:
                b.engine.set_running_limit(10)
                await asyncio.sleep(30)
            assert b.provider.open == 10
            assert ranked.call_count <= 200 + 2 * 190  # once, and each goes back into the queue

    run(main())


def test_a_limit_raised_again_in_time_lets_all_of_them_go_on() -> None:
    """Nobody gives its place back for what was lowered and raised within a step."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=4) as b:
            ids = await b.engine.submit([spec(max_steps=3, loop_after=0) for _ in range(4)])
            await asyncio.sleep(5)
            b.engine.set_running_limit(1)
            b.engine.set_running_limit(4)
            await asyncio.sleep(15)
            assert b.provider.open == 4
            assert {b.engine.snapshot(task).state for task in ids} == {State.RUNNING}

    run(main())
