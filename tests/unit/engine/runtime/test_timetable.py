"""Tasks that wait for their hour: not before it, not long after, whatever the wall's clock does."""

from __future__ import annotations

import asyncio

from engine.domain.ids import TaskId
from engine.domain.states import Phase, State
from engine.providers.scripted import in_turn, reply
from engine.runtime.timetable import LOOK_S, Timetable
from tests.virtual_time import LoopClock, run
from tests.workbench import bench

A, B = TaskId("a"), TaskId("b")


class Wall(LoopClock):
    """A wall clock that somebody sets."""

    ahead_ms = 0

    def wall_ms(self) -> int:
        """Return the loop's wall, as it was set."""
        return super().wall_ms() + self.ahead_ms


def test_each_at_its_hour_and_none_that_was_taken_out() -> None:
    """In the order of their hours; one that is put anew waits for the new hour alone."""

    async def main() -> None:
        clock, due = Wall(), list[tuple[TaskId, float]]()
        began = clock.monotonic()
        table = Timetable(clock, lambda task: due.append((task, round(clock.monotonic() - began))))
        table.put(A, clock.wall_ms() + 300_000)
        table.put(B, clock.wall_ms() + 100_000)
        table.put(TaskId("gone"), clock.wall_ms() + 200_000)
        table.remove(TaskId("gone"))
        table.put(B, clock.wall_ms() + 400_000)
        await asyncio.sleep(1000)
        assert due == [(A, 300), (B, 400)]
        assert A not in table

    run(main())


def test_a_clock_that_is_set_is_noticed() -> None:
    """An hour that came by a jump is kept within seconds; one that moved away is waited for again."""

    async def main() -> None:
        clock, due = Wall(), list[TaskId]()
        table = Timetable(clock, due.append)
        table.put(A, clock.wall_ms() + 8 * 3_600_000)
        table.put(B, clock.wall_ms() + 10 * 3_600_000)
        await asyncio.sleep(60)
        clock.ahead_ms = 9 * 3_600_000
        await asyncio.sleep(LOOK_S + 1)
        assert due == [A]
        clock.ahead_ms = 0
        await asyncio.sleep(2 * 3_600)
        assert due == [A]
        table.stop()

    run(main())


def test_a_task_starts_at_its_hour_or_by_hand() -> None:
    """Until then it is PENDING and shown as scheduled, and takes no place of another; Start does not wait."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0)), running_limit=1) as b:
            at = LoopClock().wall_ms() + 3_600_000
            late = await b.submit(max_steps=1, not_before_ms=at)
            by_hand = await b.submit(max_steps=1, not_before_ms=at)
            now = await b.submit(max_steps=1)
            assert (await b.done(now)).state is State.COMPLETED
            assert {b.engine.snapshot(task).phase for task in (late, by_hand)} == {Phase.SCHEDULED}
            b.engine.start([by_hand])
            assert (await b.done(by_hand)).state is State.COMPLETED
            assert b.engine.snapshot(late).state is State.PENDING
            await asyncio.sleep(3_600)
            done = await b.done(late)
            assert done.state is State.COMPLETED and (done.standing.started_at_ms or 0) >= at

    run(main())


def test_a_pause_takes_a_task_out_and_a_resume_puts_it_back() -> None:
    """Its hour holds as long as it is to come."""

    async def main() -> None:
        async with bench(in_turn(reply("x"))) as b:
            at = LoopClock().wall_ms() + 600_000
            task = await b.submit(max_steps=1, not_before_ms=at)
            b.engine.pause([task])
            await asyncio.sleep(1)
            assert b.engine.snapshot(task).state is State.PAUSED
            b.engine.resume([task])
            await asyncio.sleep(1)
            assert b.engine.snapshot(task).phase is Phase.SCHEDULED
            b.engine.pause([task])
            await asyncio.sleep(1_000)
            assert b.engine.snapshot(task).state is State.PAUSED

    run(main())
