"""What a person asks of tasks: what is accepted, what it records, and what is left alone."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.ids import TaskId
from engine.domain.states import State, TimeLevel
from engine.domain.step import Note, NoteKind
from engine.domain.task import TimeLimits
from engine.providers.port import Opened
from engine.providers.scripted import Wait, in_turn, reply
from tests.virtual_time import run
from tests.workbench import Bench, bench


def noted(b: Bench, task: TaskId, kind: NoteKind) -> list[str]:
    """Return the codes of the notes of a kind."""
    notes = [each for each in b.store.records[task] if isinstance(each, Note)]
    return [each.code for each in notes if each.kind is kind]


async def stop_amid(b: Bench, task: TaskId) -> None:
    """End the program while a task streams, and start it again: an attempt of it is in doubt."""
    await b.crash()
    assert b.engine.snapshot(task).standing.unknown == 1


def test_an_act_takes_what_it_can_and_leaves_the_rest() -> None:
    """Tasks that are named twice, are unknown, or are not so that it is possible: no error, and no record."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0))) as b:
            running, paused = await b.submit(), await b.submit(paused=True)
            await asyncio.sleep(1.0)
            before = len(b.store.records[paused])
            assert b.engine.pause([running, running, paused, TaskId("nobody")]) == (running,)
            assert len(b.store.records[paused]) == before
            assert noted(b, running, NoteKind.WANTED) == ["pause"]

    run(main())


def test_a_task_that_waits_is_stopped_at_once() -> None:
    """It gives its place in the queue up, and takes the last one when it is resumed."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=1) as b:
            tasks = [await b.submit(max_steps=1) for _ in range(4)]
            await asyncio.sleep(1.0)
            b.engine.pause([tasks[1]])
            b.engine.cancel([tasks[2]])
            await b.engine.saved()
            states = [b.engine.snapshot(task).state for task in tasks]
            assert states == [State.RUNNING, State.PAUSED, State.CANCELLED, State.PENDING]
            assert not noted(b, tasks[1], NoteKind.WANTED)
            await b.done(tasks[3])
            assert len(b.provider.sent) == 2

    run(main())


def test_a_cancelled_task_that_all_are_paused_with_stays_cancelled() -> None:
    """As a resume does not take a cancel back, a pause does not, while the step that was cut is still being saved."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0))) as b:
            task = await b.submit()
            await asyncio.sleep(1.0)
            b.engine.cancel([task])
            b.engine.pause_all()
            assert (await b.done(task)).state is State.CANCELLED
            assert noted(b, task, NoteKind.WANTED) == ["cancel"]

    run(main())


def test_started_by_name_it_is_the_next() -> None:
    """Whatever waits before it."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=1) as b:
            _, second, third = [await b.submit(max_steps=1) for _ in range(3)]
            await asyncio.sleep(1.0)
            assert b.engine.start([third]) == (third,)
            await b.done(third)
            assert b.engine.snapshot(second).state is not State.COMPLETED

    run(main())


@pytest.mark.parametrize("consent", [False, True])
def test_what_is_in_doubt_goes_on_by_a_persons_word_alone(*, consent: bool) -> None:
    """By itself only what cannot be paid twice; and with a word nothing is undecided any more."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0))) as b:
            in_doubt, waiting = await b.submit(max_steps=1), await b.submit(max_steps=1, paused=True)
            await asyncio.sleep(5.0)
            b.engine.resume([waiting])
            await stop_amid(b, in_doubt)
            resumed = b.engine.resume_interrupted(consent=consent)
            assert (in_doubt in resumed) is consent
            assert waiting in resumed
            await b.engine.saved()
            assert b.engine.totals().unknown == (0 if consent else 1)
            assert (await b.done(waiting)).state is State.COMPLETED

    run(main())


def test_time_that_ran_out_is_granted_once_more_as_a_record() -> None:
    """At the level that ended it, by what its limit is; each resuming grants again."""

    async def main() -> None:
        async with bench(in_turn((Opened(""), Wait(1e6)))) as b:
            task = await b.submit(limits=TimeLimits(task=30.0))
            for times in (1, 2):
                assert (await b.done(task)).standing.reason == TimeLevel.TASK
                assert b.engine.resume([task]) == (task,)
                await b.engine.saved()
                await asyncio.sleep(0.01)
                assert noted(b, task, NoteKind.GRANT) == [TimeLevel.TASK] * times
                assert b.engine.snapshot(task).standing.grants[TimeLevel.TASK] == pytest.approx(30.0 * times)

    run(main())
