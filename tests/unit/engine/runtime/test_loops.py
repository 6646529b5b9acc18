"""A task that goes round in circles stops, and goes on when its person says so."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.ids import TaskId
from engine.domain.states import CompletionReason, PauseReason, State
from engine.domain.task import RecipeName
from engine.providers.scripted import Sent, in_turn, reply
from engine.store.fold import disagreements, folded
from tests.virtual_time import run
from tests.workbench import Bench, bench

SAME = in_turn(reply("Over and over."))
PAGE = " ".join(f"word{number}" for number in range(400))


def nearly(sent: Sent) -> str:
    """Return a page of which one word is another each time."""
    return PAGE.replace("word200", f"turn{sent.number}")


async def stopped(b: Bench, task: TaskId) -> int:
    """Return how many steps a task had made when it stopped for a loop."""
    standing = (await b.done(task)).standing
    assert (standing.state, standing.reason) == (State.PAUSED, PauseReason.LOOP)
    assert disagreements(b.store.tasks[task].standing, folded(b.store.records[task])) == ()
    return standing.steps_done


def test_three_repeats_running_stop_a_task_and_it_needs_its_person() -> None:
    """The first is none; resumed, it goes on, and stops again after three more."""

    async def main() -> None:
        async with bench(SAME) as b:
            task = await b.submit(max_steps=20)
            assert await stopped(b, task) == 4
            assert b.engine.totals().needs_you == {PauseReason.LOOP: 1}
            b.engine.resume([task])
            assert await stopped(b, task) == 7
            b.engine.resume_all()
            assert await stopped(b, task) == 10

    run(main())


def test_after_a_restart_it_is_the_same() -> None:
    """Also where the program ended between the reply and the pause."""

    async def main() -> None:
        async with bench(in_turn(reply("Over and over.", pause_s=0.1))) as b:
            task = await b.submit(max_steps=20)
            await stopped(b, task)
            await b.engine.close()
            await b.reopen()
            assert b.engine.totals().interrupted == 0
            b.engine.resume([task])
            assert await stopped(b, task) == 7
            other = await b.submit(max_steps=20, loop_after=5)
            while b.engine.snapshot(other).standing.steps_done < 3:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.1)
            await b.crash()
            b.engine.resume([other])
            assert await stopped(b, other) == 6

    run(main())


def test_nearly_the_same_is_a_repeat() -> None:
    """From the similarity on that was asked for."""

    async def main() -> None:
        async with bench(lambda sent: reply(nearly(sent))) as b:
            assert await stopped(b, await b.submit(max_steps=20, max_output=9_000)) == 4
            strict = await b.submit(max_steps=7, max_output=9_000, loop_similarity=1.0)
            assert (await b.done(strict)).state is State.COMPLETED

    run(main())


def test_an_old_reply_word_for_word_is_a_repeat_however_long_ago() -> None:
    """And one that is new in between begins the count anew."""

    async def main() -> None:
        new = [reply(f"This is number {number}.") for number in range(30)]
        script = in_turn(*new, new[0], new[1], reply("New."), new[2], new[3], new[4], reply("Never."))
        async with bench(script) as b:
            assert await stopped(b, await b.submit(max_steps=50)) == 36

    run(main())


@pytest.mark.parametrize("fields", [{"loop_after": 0}, {"recipe": RecipeName.PIPELINE, "prompts": ("a",) * 8}])
def test_off_and_for_a_pipeline_nothing_is_held_up(fields: dict[str, object]) -> None:
    """Prompts may well have the same answer."""

    async def main() -> None:
        async with bench(SAME) as b:
            task = await b.submit(paused=False, **({"max_steps": 8} | fields))
            assert (await b.done(task)).standing.steps_done == 8

    run(main())


def test_a_last_step_that_repeats_ends_its_task() -> None:
    """There is nothing more to ask."""

    async def main() -> None:
        async with bench(SAME) as b:
            task = await b.submit(max_steps=4)
            assert (await b.done(task)).standing.reason == CompletionReason.MAX_STEPS

    run(main())


def test_going_back_counts_anew() -> None:
    """And an instruction lets the model say something else."""

    async def main() -> None:
        async with bench(SAME) as b:
            task = await b.submit(max_steps=20, checkpoint_interval=1)
            assert await stopped(b, task) == 4
            await b.engine.restore(task, 4)
            await b.engine.instruct(task, "Say something else.")
            b.engine.resume([task])
            assert await stopped(b, task) == 7
            await b.engine.restore(task, 1)
            b.engine.resume([task])
            assert await stopped(b, task) == 4

    run(main())
