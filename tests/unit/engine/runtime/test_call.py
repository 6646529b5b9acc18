"""One attempt: what becomes of its hold, whatever comes between its intent and its outcome."""

from __future__ import annotations

import asyncio

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import PauseReason, State
from engine.domain.step import AttemptStatus
from engine.runtime import points
from tests.virtual_time import VirtualLoop, run
from tests.workbench import Bench, bench


class At:
    """A `Reach` that does something once, at a point."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.act = lambda: None

    def __call__(self, point: str) -> None:
        """Visit a point."""
        if point == self.point:
            self.point = ""
            self.act()


def pause_and_fail(b: Bench) -> None:
    """Pause everything, and let nothing be saved after that."""
    b.engine.pause_all()
    b.store.failing = DroverError(ErrorCode.DISK_FULL)


def test_the_hold_of_a_call_that_was_paused_before_it_left_ends_once() -> None:
    """Though its outcome has to wait in memory: it is held until that is saved, and mending goes through."""

    async def main() -> None:
        reach = At(points.INTENT_DURABLE)
        async with bench(reach=reach) as b:
            reach.act = lambda: pause_and_fail(b)
            task = await b.submit(max_steps=1)
            await asyncio.sleep(1.0)
            assert b.engine.totals().held > 0 and b.engine.totals().unsaved == 1
            b.store.failing = None
            await b.engine.mend()
            assert b.engine.totals().held == 0 == b.engine.totals().unsaved
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.USER)
            (step,) = await b.store.steps(task)
            assert [each.status for each in step.attempts] == [AttemptStatus.CUT] and not step.cost
            assert not b.provider.sent

    run(main())


def test_a_stand_still_just_before_the_outcome_is_no_active_time() -> None:
    """The rest of a reply that waited in the socket is read before any timer notices that nothing ran."""

    async def main() -> None:
        reach = At(points.REPLY_WHOLE)
        async with bench(reach=reach) as b:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            reach.act = lambda: setattr(loop, "now", loop.now + 500.0)
            task = await b.submit(max_steps=1)
            assert (await b.done(task)).standing.active_s < 10.0

    run(main())
