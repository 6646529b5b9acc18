"""Time in which nothing ran is noticed."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.states import State, TimeLevel
from engine.domain.task import RetryPolicy
from engine.providers.scripted import in_turn, reply
from engine.runtime.gaps import Gaps
from tests.virtual_time import VirtualLoop, run
from tests.workbench import bench


def test_a_standstill_is_credited_and_a_late_tick_is_not() -> None:
    """A jump of eight hours is a gap; ticks on time are none."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        seen: list[float] = []
        gaps = Gaps(seen.append)
        gaps.start()
        await asyncio.sleep(60)
        assert seen == []
        loop.now += 8 * 3600
        await asyncio.sleep(1)
        assert len(seen) == 1
        assert gaps.total() == pytest.approx(8 * 3600, abs=0.6)
        gaps.stop()

    run(main())


def test_a_gap_counts_from_the_last_look() -> None:
    """It begins between two ticks: no second of it is anybody's lateness."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        gaps = Gaps(lambda _: None)
        gaps.start()
        await asyncio.sleep(0.2)
        loop.now += 3.0
        await asyncio.sleep(0.1)
        assert 3.0 <= gaps.total() <= 3.5
        gaps.stop()

    run(main())


def test_who_asks_before_the_tick_is_told() -> None:
    """What was waiting when the process goes on comes before any timer; the gap counts once."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        seen: list[float] = []
        gaps = Gaps(seen.append)
        gaps.start()
        loop.now += 60.0
        assert gaps.total() == 60.0
        await asyncio.sleep(2)
        assert (gaps.total(), seen) == (60.0, [60.0])
        gaps.stop()
        loop.now += 60.0
        assert gaps.total() == 60.0

    run(main())


def test_a_lid_closed_for_eight_hours_amid_streams_ends_none_of_them() -> None:
    """What arrived meanwhile is taken in, nothing is asked twice, and the night is nobody's active time."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        async with bench(in_turn(reply("good night", pause_s=20.0, pieces=4))) as b:
            began = loop.time()
            tasks = [await b.submit(max_steps=2) for _ in range(20)]
            for wait_s in (5.0, 27.3, 31.9):  # before the first token, amid the text, in the second step
                await asyncio.sleep(wait_s)
                loop.now += 8 * 3600
            for task in tasks:
                done = await b.done(task)
                assert (done.state, done.standing.attempts, done.standing.retries) == (State.COMPLETED, 2, 0)
                assert 100.0 < done.standing.active_s <= 165.0
            assert loop.time() - began - 3 * 8 * 3600 < 300.0  # nor is the night a server's slowness, to go easy on

    run(main())


def test_a_server_that_is_silent_after_the_night_is_cut() -> None:
    """By the limit that it had left, not by the night, and not never."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        async with bench(in_turn(reply("never", pause_s=1e9, pieces=1))) as b:
            task = await b.submit(max_steps=1, retry=RetryPolicy(max_retries=0))
            await asyncio.sleep(10)
            loop.now += 8 * 3600
            before = loop.time()
            done = await b.done(task)
            assert (done.state, done.standing.reason) == (State.TIMEOUT, TimeLevel.FIRST_TOKEN)
            assert loop.time() - before == pytest.approx(50.0, abs=0.7)

    run(main())
