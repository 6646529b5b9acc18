"""One task, run: what is sent, what is recorded, and in which order."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import msgspec
import pytest

from engine.cost.port import Level, Price, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import PauseReason, Phase, State, TimeLevel
from engine.domain.step import AttemptStatus, Flag
from engine.domain.task import RecipeName, RetryPolicy, TimeLimits
from engine.domain.usage import FinishReason, Usage
from engine.providers.port import Delta, Opened, Whole
from engine.providers.scripted import Script, Sent, Wait, failure, in_turn, reply
from tests.virtual_time import run
from tests.workbench import CENT, bench


def test_a_task_runs_to_its_last_step() -> None:
    """Three steps, each once, each seeing the replies before it; the tokens and money add up."""

    async def main() -> None:
        async with bench(in_turn(reply("one"), reply("two"), reply("three"))) as b:
            task = await b.submit()
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.COMPLETED, "max_steps")
            steps = await b.engine.steps(task)
            assert [step.accepted.text for step in steps if step.accepted] == ["one", "two", "three"]
            assert [len(sent.messages) for sent in b.provider.sent] == [2, 4, 6]
            cost = sum(step.cost for step in steps)
            assert snapshot.standing.spent == cost == 3 * 10 * 1_000_000 + 11 * 4_000_000
            assert b.engine.balance(Scope(Level.TASK, task)).spent == cost
            assert b.engine.balance(Scope(Level.TASK, task)).held == 0
            assert (await b.engine.answer(task)).text == "three"
            assert snapshot.fraction == 1.0

    run(main())


def test_the_prefix_of_the_prompt_stays_byte_for_byte() -> None:
    """Each request's messages begin with all of the one before."""

    async def main() -> None:
        async with bench(in_turn(reply("one"), reply("two"), reply("three"))) as b:
            await b.done(await b.submit())
            asked = [sent.messages for sent in b.provider.sent]
            for shorter, longer in pairwise(asked):
                assert longer[: len(shorter)] == shorter

    run(main())


def test_the_intent_is_durable_before_a_byte_leaves() -> None:
    """When the provider is asked, the attempt is already in the store, with its hold."""

    async def main() -> None:
        async with bench() as b:
            seen: list[tuple[str, int]] = []
            play = b.provider.playbook

            def look(sent: Sent) -> Script:
                seen.extend((a.intent.attempt, a.intent.held) for a in b.store.open_now())
                assert sent.client_request_id == seen[-1][0]
                return play(sent)

            b.provider.playbook = look
            await b.done(await b.submit(max_steps=1))
            assert len(seen) == 1
            assert seen[0][1] > 100 * 4_000_000

    run(main())


def test_pause_after_this_step() -> None:
    """A pause lets the step in flight finish, sends nothing more, and resuming goes on where it was."""

    async def main() -> None:
        async with bench(in_turn(*(reply(str(n), pause_s=1.0) for n in range(3)))) as b:
            task = await b.submit()
            await asyncio.sleep(0.5)
            assert b.engine.pause([task]) == (task,)
            assert b.engine.snapshot(task).phase is Phase.PAUSING
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.USER)
            assert snapshot.standing.steps_done == 1
            assert len(b.provider.sent) == 1
            await asyncio.sleep(100)
            assert len(b.provider.sent) == 1
            assert b.engine.resume([task]) == (task,)
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            assert len(b.provider.sent) == 3

    run(main())


def test_pause_now_cuts_and_keeps_what_came() -> None:
    """The stream ends at once, its text is kept, and what nobody confirmed counts at the hold."""

    async def main() -> None:
        async with bench(in_turn(reply("abcd", pause_s=10.0), reply("whole"))) as b:
            task = await b.submit(max_steps=1)
            await asyncio.sleep(25.0)
            b.engine.pause([task], now=True)
            await asyncio.sleep(0.05)
            snapshot = b.engine.snapshot(task)
            assert snapshot.state is State.PAUSED
            assert b.provider.sent[0].closed
            (step,) = await b.engine.steps(task)
            cut = step.attempts[0].outcome
            assert cut is not None
            assert (cut.status, cut.text, cut.flags) == (AttemptStatus.CUT, "ab", (Flag.ASSUMED,))
            assert cut.cost == step.attempts[0].intent.held == snapshot.standing.spent == snapshot.standing.assumed
            b.engine.resume([task])
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


@pytest.mark.parametrize(("cancel", "state"), [(False, State.PAUSED), (True, State.CANCELLED)])
def test_what_a_person_asked_for_outlives_a_failing_disk(*, cancel: bool, state: State) -> None:
    """The step in flight could not be saved; when it is, the task stops as it was told, and nothing more is sent."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0))) as b:
            task = await b.submit()
            await asyncio.sleep(0.5)
            assert (b.engine.cancel if cancel else b.engine.pause)([task]) == (task,)
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            await asyncio.sleep(5)
            b.store.failing = None
            assert await b.engine.mend() == ()
            assert (await b.done(task)).state is state
            assert len(b.provider.sent) == 1

    run(main())


def test_a_pause_taken_back() -> None:
    """Resume before the pause took effect: the task goes on as if nothing had been said."""

    async def main() -> None:
        async with bench(in_turn(*(reply(str(n), pause_s=1.0) for n in range(3)))) as b:
            task = await b.submit()
            await asyncio.sleep(0.5)
            b.engine.pause([task])
            assert b.engine.resume([task]) == (task,)
            assert (await b.done(task)).state is State.COMPLETED
            assert len(b.provider.sent) == 3

    run(main())


@pytest.mark.parametrize("after", [0.0, 0.5])
def test_cancel(after: float) -> None:
    """A cancelled task ends for good, its stream closed, what it has kept."""

    async def main() -> None:
        async with bench(in_turn(reply("one"), reply("never", pause_s=100.0))) as b:
            task = await b.submit()
            await asyncio.sleep(after)
            assert b.engine.cancel([task]) == (task,)
            await asyncio.sleep(0.05)
            assert b.engine.snapshot(task).state is State.CANCELLED
            assert b.provider.open == 0
            assert b.engine.resume([task]) == ()

    run(main())


def test_a_server_that_asks_for_more_than_an_hour_pauses_the_task() -> None:
    """It is asked once, nothing is spent, the reason is told, and resuming asks again."""

    async def main() -> None:
        used_up = failure(ErrorCode.RATE_LIMITED, retry_after_s=86_400.0)
        async with bench(in_turn(used_up, reply("one"))) as b:
            task = await b.submit(max_steps=1)
            snapshot = await b.done(task)
            standing = snapshot.standing
            assert (standing.state, standing.reason) == (State.PAUSED, PauseReason.PROVIDER)
            assert (standing.detail, standing.spent, len(b.provider.sent)) == (ErrorCode.ASKS_TO_WAIT, 0, 1)
            b.engine.resume([task])
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_retry_honours_retry_after_and_releases_the_hold() -> None:
    """A 429 was not billed: nothing is spent, the server's wait is kept, and the step is done by the next attempt."""

    async def main() -> None:
        limited = failure(ErrorCode.RATE_LIMITED, retry_after_s=30.0)
        async with bench(in_turn(limited, reply("one"))) as b:
            task = await b.submit(max_steps=1)
            await asyncio.sleep(1.0)
            snapshot = b.engine.snapshot(task)
            assert snapshot.phase is Phase.WAITING_RATE_LIMIT
            assert snapshot.held == snapshot.standing.spent == 0
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            first, second = b.provider.sent
            assert 30.0 <= second.at - first.at <= 31.1
            (step,) = await b.engine.steps(task)
            failed = step.attempts[0].outcome
            assert failed is not None
            assert (failed.cost, failed.error) == (0, "rate_limited")
            assert failed.retry_in_s == pytest.approx(second.at - first.at, abs=0.1)
            assert snapshot.standing.retries == 1

    run(main())


def test_what_cannot_be_read_is_asked_for_once_more_and_not_again() -> None:
    """Each such reply may be billed; other retries of the step are counted apart, and a person may ask again."""

    async def main() -> None:
        down = failure(ErrorCode.SERVER_ERROR)
        garbled = failure(ErrorCode.GARBAGE, maybe_billed=True)
        async with bench(in_turn(down, garbled, garbled, garbled, reply("x"))) as b:
            task = await b.submit(max_steps=1, retry=RetryPolicy(max_retries=3))
            failed = await b.done(task)
            assert (failed.state, failed.standing.reason) == (State.FAILED, ErrorCode.GARBAGE)
            assert failed.standing.attempts == 3
            b.engine.retry([task])
            assert (await b.done(task)).standing.attempts == 5

    run(main())


def test_retries_end() -> None:
    """After max_retries the task fails with the code of the last error, and retry takes it up again."""

    async def main() -> None:
        down = failure(ErrorCode.SERVER_ERROR)
        async with bench(in_turn(down, down, down, reply("one"))) as b:
            task = await b.submit(max_steps=1, retry=RetryPolicy(max_retries=2))
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.SERVER_ERROR)
            assert len(b.provider.sent) == 3
            assert b.engine.retry([task]) == (task,)
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_what_cannot_help_is_not_tried_again() -> None:
    """A wrong key fails at once, and nothing is spent."""

    async def main() -> None:
        async with bench(in_turn(failure(ErrorCode.BAD_REQUEST, retryable=False))) as b:
            snapshot = await b.done(await b.submit())
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.BAD_REQUEST)
            assert len(b.provider.sent) == 1
            assert snapshot.standing.spent == 0

    run(main())


def test_a_cut_that_may_have_been_billed_counts_at_the_hold() -> None:
    """A stream that breaks off keeps its hold as assumed spent; the retry has a hold of its own."""

    async def main() -> None:
        broken = failure(ErrorCode.CUT, maybe_billed=True, after=(Opened("r-1"), Delta("ab", 1)))
        async with bench(in_turn(broken, reply("one"))) as b:
            task = await b.submit(max_steps=1)
            snapshot = await b.done(task)
            (step,) = await b.engine.steps(task)
            held = step.attempts[0].intent.held
            assert snapshot.standing.assumed == held
            assert snapshot.standing.spent == held + 10 * 1_000_000 + 3 * 4_000_000

    run(main())


def test_a_budget_is_never_passed() -> None:
    """The call that cannot fit is not made; raising the budget offers to resume."""

    async def main() -> None:
        async with bench(in_turn(*(reply(f"{number:0100}") for number in range(50)))) as b:
            task = await b.submit(max_steps=50, budget=CENT // 5)
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.BUDGET)
            assert 0 < snapshot.standing.spent <= CENT // 5
            sent = len(b.provider.sent)
            raised = msgspec.structs.replace(snapshot.spec, budget=100 * CENT, max_steps=sent + 2)
            await b.engine.edit(task, raised)
            assert b.engine.resume_offered() == (task,)
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            assert len(b.provider.sent) == sent + 2

    run(main())


def test_a_model_whose_price_is_known_no_more_is_asked_nothing() -> None:
    """It was when the task was made; going on is refused before a byte leaves, and costs nothing."""

    async def main() -> None:
        async with bench() as b:
            task = await b.submit(paused=True)
            stored = b.store.tasks[task]
            b.store.tasks[task] = msgspec.structs.replace(
                stored, spec=msgspec.structs.replace(stored.spec, model="unpriced")
            )
            await b.engine.close(grace_s=0.0)
            await b.reopen()
            b.engine.resume([task])
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.PRICE_UNKNOWN)
            assert (b.provider.sent, b.engine.totals().spent_total) == ([], 0)

    run(main())


def test_a_day_limit_covers_every_task() -> None:
    """Two tasks under one day's limit: together they stay within it, and raising it lets both go on."""

    async def main() -> None:
        limit = CENT // 5
        async with bench(in_turn(*(reply(f"{number:0100}") for number in range(99))), limits={Level.DAY: limit}) as b:
            tasks = [await b.submit(max_steps=5) for _ in range(2)]
            for task in tasks:
                assert (await b.done(task)).standing.reason == PauseReason.BUDGET
            totals = b.engine.totals()
            assert 0 < totals.spent_today <= limit
            assert totals.needs_you == {"budget": 2}
            b.engine.set_budget(Scope(Level.DAY, totals.day), 100 * CENT)
            b.engine.resume_offered()
            for task in tasks:
                assert (await b.done(task)).state is State.COMPLETED

    run(main())


@pytest.mark.parametrize(
    ("limits", "level", "after"),
    [
        (TimeLimits(first_token=5.0), TimeLevel.FIRST_TOKEN, 5.0),
        (TimeLimits(step=40.0), TimeLevel.STEP, 40.0),
        (TimeLimits(window=30.0), TimeLevel.WINDOW, 30.0),
        (TimeLimits(task=20.0), TimeLevel.TASK, 20.0),
    ],
)
def test_time_limits(limits: TimeLimits, level: TimeLevel, after: float) -> None:
    """A level that is used up stops the task in TIMEOUT, resumably, with a checkpoint."""

    async def main() -> None:
        async with bench(in_turn((Opened(""), Wait(1e6)))) as b:
            task = await b.submit(limits=limits, retry=RetryPolicy(max_retries=0))
            began = asyncio.get_running_loop().time()
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.TIMEOUT, level)
            assert asyncio.get_running_loop().time() - began == pytest.approx(after, abs=0.1)
            assert len(await b.store.checkpoints(task)) == 1

    run(main())


def test_resuming_a_timeout_grants_more_time() -> None:
    """A resumed TIMEOUT has its level's limit again, recorded, and runs on from its last step."""

    async def main() -> None:
        async with bench(
            in_turn(reply("one"), (Opened(""), Wait(1e6)), reply("two", pause_s=5.0), reply("three"))
        ) as b:
            task = await b.submit(limits=TimeLimits(step=20.0, first_token=1e5, silence=1e5))
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.TIMEOUT, TimeLevel.STEP)
            b.engine.resume([task])
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            assert snapshot.standing.steps_done == 3
            assert "grant" in [entry.kind for entry in await b.engine.log(task)]

    run(main())


def test_silence_is_retried() -> None:
    """A stream that stops in the middle ends its attempt and is tried again."""

    async def main() -> None:
        stalls = (Opened(""), Delta("ab", 1), Wait(1e6))
        async with bench(in_turn(stalls, reply("whole"))) as b:
            task = await b.submit(max_steps=1)
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            (step,) = await b.engine.steps(task)
            assert [a.outcome.error for a in step.attempts if a.outcome] == ["silence", ""]

    run(main())


def test_no_deadline_loses_a_reply_that_is_whole() -> None:
    """What it used comes late: its text was paid and is there."""

    async def main() -> None:
        *said, finished = reply("whole", pause_s=1.0)
        async with bench(in_turn((*said, Whole(), Wait(4.9), finished))) as b:
            task = await b.submit(max_steps=1, limits=TimeLimits(silence=2.0, attempt=5.0, step=6.0))
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.attempts) == (State.COMPLETED, 1)

    run(main())


def test_odd_bills() -> None:
    """Missing and absurd usage settle at the hold; a reported cost wins; overbilling is recorded in full."""

    async def main() -> None:
        absurd = Usage(input=10**9, output=1)
        async with bench(
            in_turn(
                reply("a", usage=absurd),
                reply("b", reported_cost=123),
                reply("c", usage=Usage(input=10, output=10**6)),
                reply("d", finish=FinishReason.LENGTH),
            )
        ) as b:
            task = await b.submit(max_steps=4)
            await b.done(task)
            await b.engine.lift_fence("scripted", "scripted-model")
            b.engine.resume([task])
            await b.done(task)
            outcomes = [step.accepted for step in await b.engine.steps(task)]
            held = [step.attempts[0].intent.held for step in await b.engine.steps(task)]
            assert [Flag.ABSURD_USAGE in o.flags for o in outcomes if o] == [True, False, False, False]
            assert outcomes[0] is not None
            assert outcomes[0].cost == held[0]
            assert outcomes[1] is not None
            assert outcomes[1].cost == 123
            assert outcomes[2] is not None
            assert Flag.OVERBILLED in outcomes[2].flags
            assert outcomes[2].cost == 10 * 1_000_000 + 10**6 * 4_000_000
            assert outcomes[3] is not None
            assert Flag.SHORTENED in outcomes[3].flags
            assert b.engine.totals().spent_total == sum(o.cost for o in outcomes if o)

    run(main())


def test_checkpoints_at_their_interval() -> None:
    """A checkpoint every two steps and one at the end."""

    async def main() -> None:
        async with bench() as b:
            task = await b.submit(max_steps=5, checkpoint_interval=2, loop_after=0)
            await b.done(task)
            assert [point.step for point in await b.store.checkpoints(task)] == [2, 4, 5]

    run(main())


def test_a_pipeline_sees_the_replies_before_it() -> None:
    """Each prompt of a pipeline is asked once, in order."""

    async def main() -> None:
        async with bench(in_turn(reply("A"), reply("B"))) as b:
            task = await b.submit(recipe=RecipeName.PIPELINE, goal="", prompts=("first", "second"))
            snapshot = await b.done(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.COMPLETED, "end_of_pipeline")
            assert [m.content for m in b.provider.sent[1].messages if m.role == "assistant"] == ["A"]

    run(main())


def test_a_free_model_spends_nothing() -> None:
    """Price zero: no holds in the way, no money counted, even when cut."""

    async def main() -> None:
        async with bench(in_turn(failure(ErrorCode.CUT, maybe_billed=True), reply("one")), price=Price()) as b:
            task = await b.submit(max_steps=1, budget=0)
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            assert snapshot.standing.spent == snapshot.standing.assumed == 0

    run(main())
