"""Back to a checkpoint, and on from one: restoring, forking, and the difference between two points."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from itertools import pairwise

import pytest
from msgspec.structs import replace

from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError, Problem
from engine.domain.ids import TaskId
from engine.domain.states import PauseReason, State
from engine.domain.step import Checkpoint, NoteKind, Outcome
from engine.domain.task import RecipeName
from engine.providers.scripted import Script, Sent, failure, in_turn, reply
from tests.virtual_time import run
from tests.workbench import Bench, bench

EVERYTHING = Scope(Level.EVERYTHING, "")


def numbered(sent: Sent) -> Script:
    """Reply with the number of the attempt."""
    return reply(f"Reply {sent.number}.", pause_s=0.5)


async def paused_at(b: Bench, steps: int, *, interval: int = 1, most: int = 9) -> TaskId:
    """Return a task that a person paused after so many steps."""
    task = await b.submit(max_steps=most, checkpoint_interval=interval)
    while b.engine.snapshot(task).standing.steps_done < steps:  # noqa: ASYNC110 - virtual time
        await asyncio.sleep(0.01)
    b.engine.pause([task], now=True)
    await b.done(task)
    return task


async def code_of(restoring: Awaitable[object]) -> ErrorCode:
    """Return with what an act is refused."""
    with pytest.raises(DroverError) as caught:
        await restoring
    return caught.value.code


def test_a_restored_task_stands_at_its_checkpoint_and_goes_on_from_there() -> None:
    """Steps done, attempts and times of the step are as then; the prompt that follows has only the replies up to it."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 4)
            before = b.engine.snapshot(task).standing
            assert [point.step for point in await b.engine.checkpoints(task)] == [1, 2, 3, 4]
            await b.engine.restore(task, 2)
            standing = b.engine.snapshot(task).standing
            assert (standing.state, standing.reason) == (State.PAUSED, PauseReason.USER)
            assert (standing.steps_done, standing.step_attempts, standing.step_s, standing.window_s) == (2, 0, 0.0, 0.0)
            assert (standing.spent, standing.active_s) == (before.spent, before.active_s)
            assert [point.step for point in await b.engine.checkpoints(task)] == [1, 2]
            assert (await b.engine.answer(task)).text == "Reply 1."
            sent = len(b.provider.sent)
            b.engine.resume([task])
            await b.until(task, State.RUNNING)
            await asyncio.sleep(1)
            said = [message.content for message in b.provider.sent[sent].messages if message.role == "assistant"]
            assert said == ["Reply 0.", "Reply 1."]

    run(main())


def test_what_was_left_behind_is_kept_and_marked() -> None:
    """Later steps stay readable as superseded, their cost stays spent, and new ones stand beside them."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 3)
            await b.engine.restore(task, 1)
            steps = await b.engine.steps(task)
            assert [step.accepted is not None for step in steps[:3]] == [True, False, False]
            assert all(attempt.superseded for step in steps[1:] for attempt in step.attempts)
            b.engine.resume([task])
            assert (await b.done(task)).state is State.COMPLETED
            steps = await b.engine.steps(task)
            assert len(steps) == 9 and all(step.accepted for step in steps)
            assert [attempt.superseded for attempt in steps[1].attempts] == [True, False]
            spent = sum(attempt.cost for step in steps for attempt in step.attempts)
            assert spent == b.engine.snapshot(task).standing.spent == b.engine.balance(EVERYTHING).spent

    run(main())


def test_a_restoring_survives_the_end_of_the_program() -> None:
    """Reopened, the task stands where it was taken, twice restored as once."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 4)
            await b.engine.restore(task, 3)
            await b.engine.restore(task, 1)
            await b.engine.close()
            await b.reopen()
            assert b.engine.snapshot(task).standing.steps_done == 1
            assert b.engine.totals().interrupted == 0
            assert [point.step for point in await b.engine.checkpoints(task)] == [1]
            log = await b.engine.log(task)
            assert [entry.figures["step"] for entry in log if entry.kind == NoteKind.RESTORED] == [3, 1]

    run(main())


def test_a_failed_task_and_one_out_of_time_can_be_restored() -> None:
    """From FAILED and TIMEOUT they come to PAUSED, and a grant for a step or window that is left behind is gone."""

    async def main() -> None:
        async with bench(in_turn(reply("one"), failure(ErrorCode.BAD_REQUEST, retryable=False))) as b:
            task = await b.submit(checkpoint_interval=1)
            assert (await b.done(task)).state is State.FAILED
            await b.engine.restore(task, 1)
            standing = b.engine.snapshot(task).standing
            assert (standing.state, standing.reason, standing.detail) == (State.PAUSED, PauseReason.USER, "")

    run(main())


def test_only_what_rests_and_is_not_over_can_be_restored_and_only_to_a_checkpoint() -> None:
    """Running and completed tasks are refused with NOT_POSSIBLE, other steps with NO_CHECKPOINT."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 4, interval=2)
            assert await code_of(b.engine.restore(task, 3)) is ErrorCode.NO_CHECKPOINT
            assert await code_of(b.engine.restore(TaskId("nobody"), 3)) is ErrorCode.UNKNOWN_TASK
            b.engine.resume([task])
            assert await code_of(b.engine.restore(task, 2)) is ErrorCode.NOT_POSSIBLE
            await b.done(task)
            assert b.engine.snapshot(task).state is State.COMPLETED
            assert await code_of(b.engine.restore(task, 2)) is ErrorCode.NOT_POSSIBLE

    run(main())


def test_a_context_that_is_not_the_one_that_was_is_damage_with_its_place() -> None:
    """A reply that reads otherwise is seen before anything is restored or forked."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 3)
            records = b.store.records[task]
            place = next(n for n, record in enumerate(records) if isinstance(record, Outcome))
            first = records[place]
            assert isinstance(first, Outcome)
            records[place] = replace(first, text="Reply 0!")
            with pytest.raises(DroverError, match=f"task {task}, checkpoint at step 2") as caught:
                await b.engine.restore(task, 2)
            assert caught.value.code is ErrorCode.STORE_DAMAGED
            forking = b.engine.fork(task, 2, b.engine.snapshot(task).spec)
            assert await code_of(forking) is ErrorCode.STORE_DAMAGED
            assert b.engine.snapshot(task).standing.steps_done == 3

    run(main())


def test_a_goal_edited_since_is_no_damage() -> None:
    """What the context was cannot be told any more; the replies are what the chain says."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 3)
            await b.engine.edit(task, replace(b.engine.snapshot(task).spec, goal="Another page"))
            await b.engine.restore(task, 2)
            assert b.engine.snapshot(task).standing.steps_done == 2

    run(main())


def test_a_fork_goes_on_from_the_replies_that_its_parent_paid() -> None:
    """It begins with them, costs nothing yet, and the parent is as it was."""

    async def main() -> None:
        async with bench(numbered) as b:
            parent = await paused_at(b, 4, interval=2)
            before = b.engine.snapshot(parent).standing
            spent = b.engine.balance(EVERYTHING).spent
            fork = await b.engine.fork(parent, 2, replace(b.engine.snapshot(parent).spec, goal="Another", max_steps=3))
            snapshot = b.engine.snapshot(fork)
            assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.USER)
            assert (snapshot.standing.steps_done, snapshot.standing.spent) == (2, 0)
            assert b.engine.balance(EVERYTHING).spent == spent
            assert (await b.engine.answer(fork)).text == "Reply 1."
            assert fork in {each.id for each in b.engine.drain().added}
            b.engine.resume([fork])
            done = await b.done(fork)
            assert (done.state, done.standing.steps_done, done.standing.attempts) == (State.COMPLETED, 3, 1)
            asked = b.provider.sent[-1].messages
            assert [m.content for m in asked if m.role == "assistant"] == ["Reply 0.", "Reply 1."]
            assert any("Another" in m.content for m in asked if m.role == "user")
            assert [step.number for step in await b.engine.steps(fork)] == [3]
            assert b.engine.snapshot(parent).standing == before
            origin = await b.engine.parent(fork)
            assert origin is not None and (origin.parent, origin.step) == (parent, 2)
            assert await b.engine.parent(parent) is None

    run(main())


def test_a_completed_task_is_forked_past_its_marker() -> None:
    """The model said it was done; who forks it with another goal wants more, and pays for one step at least."""

    async def main() -> None:
        async with bench(in_turn(reply("Fine.\n[[DONE]]"), reply("Finer.\n[[DONE]]"))) as b:
            parent = await b.submit()
            assert (await b.done(parent)).standing.reason == "marker"
            spec = replace(b.engine.snapshot(parent).spec, goal="Finer")
            fork = await b.engine.fork(parent, 1, spec, paused=False)
            done = await b.done(fork)
            assert (done.state, done.standing.steps_done) == (State.COMPLETED, 2)
            assert (await b.engine.answer(fork)).text == "Finer."

    run(main())


def test_a_completed_pipeline_is_forked_with_more_prompts() -> None:
    """Its last checkpoint is one, though there is no next prompt; without more prompts there is nothing to do."""

    async def main() -> None:
        async with bench(numbered) as b:
            parent = await b.submit(recipe=RecipeName.PIPELINE, prompts=("a", "b"), goal="")
            assert (await b.done(parent)).state is State.COMPLETED
            assert [point.step for point in await b.engine.checkpoints(parent)] == [2]
            spec = b.engine.snapshot(parent).spec
            with pytest.raises(InvalidSpecError) as caught:
                await b.engine.fork(parent, 2, spec)
            assert caught.value.problems == (Problem(field="prompts", code=ErrorCode.NO_STEPS_LEFT),)
            fork = await b.engine.fork(parent, 2, replace(spec, prompts=("a", "b", "c")), paused=False)
            assert (await b.done(fork)).state is State.COMPLETED
            assert [m.content for m in b.provider.sent[-1].messages] == ["a", "Reply 0.", "b", "Reply 1.", "c"]

    run(main())


def test_a_bad_fork_is_refused_and_leaves_nothing() -> None:
    """A spec that cannot run, a step without a checkpoint, no steps left."""

    async def main() -> None:
        async with bench(numbered) as b:
            parent = await paused_at(b, 2)
            spec = b.engine.snapshot(parent).spec
            assert await code_of(b.engine.fork(parent, 2, replace(spec, goal=" "))) is ErrorCode.GOAL_EMPTY
            assert await code_of(b.engine.fork(parent, 2, replace(spec, model="unpriced"))) is ErrorCode.PRICE_UNKNOWN
            assert await code_of(b.engine.fork(parent, 2, replace(spec, max_steps=2))) is ErrorCode.NO_STEPS_LEFT
            assert await code_of(b.engine.fork(parent, 3, spec)) is ErrorCode.NO_CHECKPOINT
            assert [each.id for each in b.engine.snapshots()] == [parent]

    run(main())


def test_a_fork_survives_the_end_of_the_program_its_parent_s_end_and_its_own_restoring() -> None:
    """Reopened with its parent deleted, it can still be taken back to where it began, and goes on."""

    async def main() -> None:
        async with bench(numbered) as b:
            parent = await paused_at(b, 2)
            spec = replace(b.engine.snapshot(parent).spec, max_steps=4)
            fork = await b.engine.fork(parent, 2, spec, paused=False)
            await b.done(fork)
            second = await b.engine.fork(fork, 3, replace(spec, max_steps=5))
            await b.engine.delete([parent])
            await b.engine.close()
            await b.reopen()
            assert await b.store.replies(second) == (await b.store.replies(fork))[:3]
            await b.engine.restore(second, 3)
            b.engine.resume([second])
            done = await b.done(second)
            assert (done.state, done.standing.steps_done) == (State.COMPLETED, 5)

    run(main())


def test_a_fork_that_cannot_be_saved_comes_in_when_the_store_is_mended() -> None:
    """It raises, nothing shows, and nothing is lost."""

    async def main() -> None:
        async with bench(numbered) as b:
            parent = await paused_at(b, 2)
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            forking = b.engine.fork(parent, 2, b.engine.snapshot(parent).spec)
            assert await code_of(forking) is ErrorCode.DISK_FULL
            assert await code_of(b.engine.restore(parent, 1)) is ErrorCode.DISK_FULL
            assert len(b.engine.snapshots()) == 1
            b.store.failing = None
            await b.engine.mend()
            fork = b.engine.snapshots()[1]
            assert fork.standing.steps_done == 2
            assert [point.step for point in await b.engine.checkpoints(fork.id)] == [2]

    run(main())


def test_the_difference_between_two_checkpoints() -> None:
    """The answers at both, and what it took from one to the other: all attempts but those left behind."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 4)
            await b.engine.restore(task, 2)
            b.engine.resume([task])
            await b.done(task)
            found = await b.engine.difference(task, 3, 1)
            assert (found.first.step, found.second.step) == (1, 3)
            assert (found.first_text, found.second_text) == ("Reply 0.", "Reply 5.")
            steps = {step.number: step for step in await b.engine.steps(task)}
            made = [attempt for number in (2, 3) for attempt in steps[number].attempts if not attempt.superseded]
            assert (found.attempts, found.cost) == (2, sum(attempt.cost for attempt in made))
            assert (found.input_tokens, found.output_tokens) == (20, 16)
            assert found.seconds == pytest.approx(4.0)
            assert await code_of(b.engine.difference(task, 1, 77)) is ErrorCode.NO_CHECKPOINT

    run(main())


def test_one_checkpoint_a_step_is_listed() -> None:
    """Running out of time leaves a second one at the same step; the newest is the one."""

    async def main() -> None:
        async with bench(numbered) as b:
            task = await paused_at(b, 2)
            newest = replace((await b.engine.checkpoints(task))[-1], at_ms=7)
            await b.store.checkpoint(newest, b.engine.snapshot(task).standing)
            points: tuple[Checkpoint, ...] = await b.engine.checkpoints(task)
            assert [point.step for point in points] == [1, 2] and points[-1] == newest
            assert all(before.cost < after.cost for before, after in pairwise(points))

    run(main())
