"""The deadline of a batch: what is not done by then stops, what waits too; it is moved, lifted, outlives a crash."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import State, TimeLevel
from engine.domain.step import NoteKind
from engine.providers.port import Capabilities
from engine.providers.scripted import ScriptedProvider, in_turn, reply
from engine.runtime import points
from engine.runtime.supervisor import Supervisor
from tests.virtual_time import LoopClock, run
from tests.workbench import Bench, bench

STEP_S = 40.0
SLOW = in_turn(reply("done", pause_s=10.0, pieces=4))


def in_s(seconds: float) -> int:
    """Return the wall time in so many seconds."""
    return LoopClock().wall_ms() + round(seconds * 1000)


async def herd(b: Bench, number: int = 3) -> list[TaskId]:
    """Make tasks of five steps in one batch, with a deadline in 100 s."""
    b.engine.set_deadline("night", in_s(100.0))
    return [await b.submit(batch="night", max_steps=5, loop_after=0) for _ in range(number)]


def test_what_is_not_done_by_then_stops_with_its_level() -> None:
    """Never early, cut amid the third step; a task of no batch goes on."""

    async def main() -> None:
        async with bench(SLOW) as b:
            began = asyncio.get_running_loop().time()
            tasks = await herd(b)
            other = await b.submit(max_steps=5, loop_after=0)
            await asyncio.sleep(10)
            shown = {d.level: d for d in b.engine.timeouts() if d.task == tasks[0]}
            assert shown[TimeLevel.BATCH].left_s == pytest.approx(90.0, abs=0.1)
            assert shown[TimeLevel.BATCH].limit_s == pytest.approx(100.0, abs=0.1)
            for task in tasks:
                done = await b.done(task)
                assert (done.state, done.standing.reason, done.standing.steps_done) == (State.TIMEOUT, "batch", 2)
            assert 100.0 <= asyncio.get_running_loop().time() - began < 100.5
            assert (await b.done(other)).state is State.COMPLETED

    run(main())


def test_what_waits_for_its_turn_or_its_place_stops_too() -> None:
    """One at a time at the provider, two places: nothing of the batch is asked after its end."""

    async def main() -> None:
        provider = ScriptedProvider(capabilities=Capabilities(concurrency=1))
        async with bench(SLOW, provider=provider, running_limit=2) as b:
            end = asyncio.get_running_loop().time() + 100.0
            tasks = await herd(b, 4)
            for task in tasks:
                assert (await b.done(task)).state is State.TIMEOUT
            assert asyncio.get_running_loop().time() < end + 21.0
            assert max(sent.at for sent in b.provider.sent) < end

    run(main())


def test_it_is_put_off_and_lifted_while_it_runs() -> None:
    """The attempts in flight hear of it at once."""

    async def main() -> None:
        async with bench(SLOW) as b:
            (task,) = await herd(b, 1)
            await asyncio.sleep(90.0)
            b.engine.set_deadline("night", in_s(60.0))
            await asyncio.sleep(50.0)
            assert b.engine.snapshot(task).state is State.RUNNING
            b.engine.set_deadline("night", None)
            assert b.engine.deadline_of("night") is None
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_one_that_is_brought_forward_cuts() -> None:
    """To now."""

    async def main() -> None:
        async with bench(SLOW) as b:
            (task,) = await herd(b, 1)
            await asyncio.sleep(15.0)
            b.engine.set_deadline("night", in_s(0.0))
            done = await b.done(task)
            assert (done.state, done.standing.reason, done.standing.steps_done) == (State.TIMEOUT, "batch", 0)

    run(main())


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_one_that_is_set_while_an_intent_is_saved_holds_for_its_request(seconds: float) -> None:
    """Over already: no byte leaves."""

    async def main() -> None:
        engines: list[Supervisor] = []

        def reach(point: str) -> None:
            if point == points.INTENT_DURABLE:
                engines[0].set_deadline("night", in_s(seconds))

        async with bench(SLOW, reach=reach) as b:
            engines.append(b.engine)
            task = await b.submit(batch="night", max_steps=1)
            done = await b.done(task)
            assert (done.state, done.standing.reason) == (State.TIMEOUT, "batch")
            assert len(b.provider.sent) == (seconds > 0)

    run(main())


def test_resumed_after_the_end_a_task_goes_on_without_it_by_a_grant() -> None:
    """Recorded; where the batch has time again, none is needed."""

    async def main() -> None:
        async with bench(SLOW) as b:
            lifted, given = await herd(b, 2)
            await b.done(lifted)
            b.engine.resume([lifted])
            assert (await b.done(lifted)).state is State.COMPLETED
            notes = [each.code for each in await b.engine.log(lifted) if each.kind == NoteKind.GRANT]
            assert notes == ["batch:lifted"]
            b.engine.set_deadline("night", in_s(1000.0))
            b.engine.resume([given])
            assert (await b.done(given)).state is State.COMPLETED
            assert not [each for each in await b.engine.log(given) if each.kind == NoteKind.GRANT]

    run(main())


def test_what_waits_behind_the_end_stops_with_what_was_granted() -> None:
    """A task that was given half a minute beyond it stands in line when that is over."""

    async def main() -> None:
        provider = ScriptedProvider(capabilities=Capabilities(concurrency=1))
        async with bench(in_turn(reply("done", pause_s=15.0, pieces=4)), provider=provider) as b:
            began = asyncio.get_running_loop().time()
            await b.submit(max_steps=5, loop_after=0)
            (task,) = await herd(b, 1)
            await asyncio.sleep(70.0)
            b.engine.extend(task, TimeLevel.BATCH, 30.0)
            done = await b.done(task)
            assert (done.state, done.standing.reason, done.standing.steps_done) == (State.TIMEOUT, "batch", 1)
            assert 130.0 <= asyncio.get_running_loop().time() - began < 151.0

    run(main())


def test_it_outlives_a_crash() -> None:
    """It is the batch's, and the wall's time goes on meanwhile."""

    async def main() -> None:
        async with bench(SLOW) as b:
            (task,) = await herd(b, 1)
            await asyncio.sleep(10.0)
            engine = await b.crash()
            assert engine.deadline_of("night") == in_s(90.0)
            engine.resume_interrupted()
            done = await b.done(task)
            assert (done.state, done.standing.reason) == (State.TIMEOUT, "batch")

    run(main())


def test_a_time_that_no_calendar_has_is_refused() -> None:
    """Nothing changes."""

    async def main() -> None:
        async with bench(SLOW) as b:
            with pytest.raises(DroverError) as refused:
                b.engine.set_deadline("night", 10**18)
            assert refused.value.code is ErrorCode.TIME_LIMIT_OUT_OF_RANGE
            assert b.engine.deadline_of("night") is None

    run(main())
