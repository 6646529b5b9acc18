"""Deadlines that run: all listed, each extended or lifted while the attempt goes on, and remembered."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import State, TimeLevel
from engine.domain.step import NoteKind
from engine.domain.task import RetryPolicy, TimeLimits
from engine.providers.scripted import in_turn, reply
from tests.virtual_time import run
from tests.workbench import bench

SLOW = reply("late", pause_s=200.0, pieces=1)
LIMITS = TimeLimits(first_token=60.0, silence=30.0, step=120.0, window=600.0, task=3600.0)


def test_all_levels_that_run_are_listed_with_what_they_have_left() -> None:
    """Ten seconds in: the first token nearest, silence not yet, no level without a limit; none once at rest."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task = await b.submit(max_steps=1, limits=LIMITS, retry=RetryPolicy(max_retries=0))
            await asyncio.sleep(10)
            found = b.engine.timeouts()
            assert [(d.level, d.limit_s) for d in found] == [
                (TimeLevel.FIRST_TOKEN, 60.0),
                (TimeLevel.STEP, 120.0),
                (TimeLevel.WINDOW, 600.0),
                (TimeLevel.TASK, 3600.0),
            ]
            assert [d.left_s for d in found] == pytest.approx([50.0, 110.0, 590.0, 3590.0], abs=0.1)
            assert {(d.task, d.step, d.attempt) for d in found} == {(task, 1, 1)}
            await b.done(task)
            assert b.engine.timeouts() == ()

    run(main())


def test_more_time_while_it_runs_lets_the_reply_arrive() -> None:
    """A first token after 200 s: extended and lifted in time, the step is accepted; the grants are in the log."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task = await b.submit(max_steps=1, limits=LIMITS, retry=RetryPolicy(max_retries=0))
            await asyncio.sleep(50)
            b.engine.extend(task, TimeLevel.FIRST_TOKEN, None)
            b.engine.extend(task, TimeLevel.STEP, 100.0)
            lifted, extended = (
                next(d for d in b.engine.timeouts() if d.level is level)
                for level in (TimeLevel.FIRST_TOKEN, TimeLevel.STEP)
            )
            assert (lifted.limit_s, lifted.left_s) == (None, None)
            assert (extended.limit_s, extended.left_s) == (220.0, pytest.approx(170.0, abs=0.1))
            done = await b.done(task)
            assert done.state is State.COMPLETED
            assert done.standing.grants == {}  # granted for a step, and that is done
            notes = [entry for entry in await b.engine.log(task) if entry.kind == NoteKind.GRANT]
            assert [(n.code, n.figures) for n in notes] == [
                ("first_token:lifted", {}),
                ("step", {"seconds": 100.0}),
            ]

    run(main())


def test_a_grant_holds_for_the_retries_of_its_step_and_over_a_restart() -> None:
    """Silence once lifted stays lifted when the attempt is made again by another run of the program."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task = await b.submit(max_steps=1, limits=LIMITS)
            await asyncio.sleep(50)
            b.engine.extend(task, TimeLevel.FIRST_TOKEN, None)
            b.engine.extend(task, TimeLevel.STEP, 500.0)
            await b.engine.saved()
            b.engine.pause([task], now=True)
            await b.until(task)
            await b.engine.close(0)
            engine = await b.reopen()
            engine.resume([task])
            await asyncio.sleep(100)
            assert {d.level: d.limit_s for d in engine.timeouts()}[TimeLevel.FIRST_TOKEN] is None
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_a_task_that_timed_out_waiting_for_the_first_token_resumes_with_more() -> None:
    """Its grant is the limit once more, not nothing."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task = await b.submit(max_steps=1, limits=LIMITS, retry=RetryPolicy(max_retries=0))
            assert (await b.done(task)).standing.reason == TimeLevel.FIRST_TOKEN
            b.engine.resume([task])
            await asyncio.sleep(1)
            assert b.engine.timeouts()[0].limit_s == 120.0

    run(main())


@pytest.mark.parametrize(
    ("level", "seconds", "code"),
    [
        (TimeLevel.SILENCE, 10.0, ErrorCode.NOT_POSSIBLE),
        (TimeLevel.STEP, 0.0, ErrorCode.TIME_LIMIT_OUT_OF_RANGE),
        (TimeLevel.STEP, float("nan"), ErrorCode.TIME_LIMIT_OUT_OF_RANGE),
        (TimeLevel.STEP, 1e12, ErrorCode.TIME_LIMIT_OUT_OF_RANGE),
    ],
)
def test_what_cannot_be_extended_is_refused_and_changes_nothing(
    level: TimeLevel, seconds: float, code: ErrorCode
) -> None:
    """A level that does not run, and times that are none."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task = await b.submit(max_steps=1, limits=LIMITS)
            await asyncio.sleep(10)
            before = b.engine.timeouts()
            with pytest.raises(DroverError) as refused:
                b.engine.extend(task, level, seconds)
            assert refused.value.code is code
            assert b.engine.timeouts() == before

    run(main())


def test_the_focused_task_s_deadlines_come_with_each_drain() -> None:
    """The window polls nothing: they are in the batch, for the one task that is looked at."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task = await b.submit(max_steps=1, limits=LIMITS)
            await asyncio.sleep(10)
            assert b.engine.drain().deadlines == ()
            b.engine.focus(task)
            assert b.engine.drain().deadlines == b.engine.timeouts()

    run(main())
