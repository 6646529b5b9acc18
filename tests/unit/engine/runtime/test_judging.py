"""A reply that fails its check is asked for again: a tier higher under a policy, once more with what is wrong else."""

from __future__ import annotations

import json

from engine.domain.choice import Policy, Reason
from engine.domain.errors import ErrorCode
from engine.domain.states import State
from engine.domain.step import AttemptStatus, Flag
from engine.domain.usage import FinishReason
from engine.providers.scripted import failure, in_turn, reply
from engine.runtime.dialogue import MISFIT
from tests.tiers import ThreePrices, ThreeTiers
from tests.unit.engine.runtime.test_choosing import attempts, submit
from tests.virtual_time import run
from tests.workbench import bench

SCHEMA = json.dumps({"type": "object", "required": ["kind"]})
WRONG, RIGHT = reply("I think it is a bill."), reply('{"kind": "bill"}')


def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_what_is_wrong() -> None:
    """Of the same model, where it is fixed; the failed reply is paid and kept."""

    async def main() -> None:
        async with bench(in_turn(WRONG, RIGHT)) as b:
            task = await b.submit(max_steps=1, output_schema=SCHEMA)
            done = await b.done(task)
            assert done.state is State.COMPLETED
            first, second = await attempts(b, task)
            assert first.outcome is not None and second.outcome is not None
            assert (first.status, first.outcome.error) == (AttemptStatus.FAILED, ErrorCode.NOT_AS_ASKED)
            assert first.outcome.text == "I think it is a bill." and first.cost > 0
            assert "no JSON" in first.outcome.detail
            assert done.standing.spent == first.cost + second.cost
            asked = b.provider.sent[1].messages
            assert asked[:-2] == b.provider.sent[0].messages
            assert asked[-2].content == "I think it is a bill." and asked[-1].content.startswith(MISFIT)
            assert (await b.engine.answer(task)).text == '{"kind": "bill"}'
            assert second.outcome.flags == ()

    run(main())


def test_what_does_not_fit_the_second_time_is_accepted_and_flagged() -> None:
    """It was paid, and a task that fails for ever helps nobody."""

    async def main() -> None:
        async with bench(in_turn(WRONG)) as b:
            task = await b.submit(max_steps=1, output_schema=SCHEMA)
            assert (await b.done(task)).state is State.COMPLETED
            first, second = await attempts(b, task)
            assert second.outcome is not None and second.outcome.flags == (Flag.NOT_AS_ASKED,)
            assert first.status is AttemptStatus.FAILED

    run(main())


def test_only_the_answer_is_checked() -> None:
    """Steps on the way to it say what they like, and what a correction said is in no later prompt."""

    async def main() -> None:
        async with bench(in_turn(WRONG, WRONG, RIGHT)) as b:
            task = await b.submit(max_steps=2, output_schema=SCHEMA)
            assert (await b.done(task)).state is State.COMPLETED
            assert [each.intent.step for each in await attempts(b, task)] == [1, 2, 2]

    run(main())


def test_whoever_allows_no_retry_gets_a_flag_at_once() -> None:
    """No second payment without leave."""

    async def main() -> None:
        async with bench(in_turn(WRONG)) as b:
            retry = b.engine.snapshot(await b.submit(paused=True)).spec.retry
            none = type(retry)(max_retries=0)
            task = await b.submit(max_steps=1, output_schema=SCHEMA, retry=none)
            assert (await b.done(task)).standing.attempts == 1

    run(main())


def test_under_a_policy_a_step_climbs_a_tier_with_each_fault() -> None:
    """Cut by its length, then not of the form; the intents say so."""

    async def main() -> None:
        cut = reply('{"kind": "bi', finish=FinishReason.LENGTH)
        async with bench(in_turn(cut, WRONG, RIGHT), prices=ThreePrices(), models=ThreeTiers()) as b:
            task = await submit(b, max_steps=1, policy=Policy.ECONOMY, model="fast", output_schema=SCHEMA)
            assert (await b.done(task)).state is State.COMPLETED
            made = await attempts(b, task)
            assert [each.intent.model for each in made] == ["fast", "balanced", "quality"]
            assert [each.intent.why for each in made] == [Reason.COMPLEXITY, Reason.ESCALATED, Reason.ESCALATED]
            errors = [each.outcome.error for each in made if each.outcome]
            assert errors == [ErrorCode.SHORTENED, ErrorCode.NOT_AS_ASKED, ""]

    run(main())


def test_an_empty_or_refused_reply_climbs_too() -> None:
    """What its provider calls an error is a fault of the reply."""

    async def main() -> None:
        for code in (ErrorCode.EMPTY_REPLY, ErrorCode.CONTENT_FILTERED):
            book = in_turn(failure(code, retryable=False, maybe_billed=True), RIGHT)
            async with bench(book, prices=ThreePrices(), models=ThreeTiers()) as b:
                task = await submit(b, max_steps=1, policy=Policy.ECONOMY, model="fast")
                assert (await b.done(task)).state is State.COMPLETED
                made = await attempts(b, task)
                assert [each.intent.model for each in made] == ["fast", "balanced"]
                assert made[1].intent.why == Reason.ESCALATED

    run(main())


def test_it_climbs_only_within_its_budget() -> None:
    """What cannot be paid a tier higher is accepted as it is, and flagged."""

    async def main() -> None:
        cut = reply("Half a", finish=FinishReason.LENGTH)
        async with bench(in_turn(cut), prices=ThreePrices(), models=ThreeTiers()) as b:
            free = await submit(b, max_steps=1, policy=Policy.ECONOMY, model="fast")
            await b.done(free)
            held = (await attempts(b, free))[0].intent.held
            task = await submit(b, max_steps=1, policy=Policy.ECONOMY, model="fast", budget=2 * held)
            done = await b.done(task)
            assert (done.state, done.standing.attempts) == (State.COMPLETED, 1)
            (only,) = await attempts(b, task)
            assert only.outcome is not None and Flag.SHORTENED in only.outcome.flags

    run(main())


def test_a_fixed_model_s_shortened_reply_is_accepted_as_before() -> None:
    """And flagged."""

    async def main() -> None:
        async with bench(in_turn(reply("Half a", finish=FinishReason.LENGTH))) as b:
            task = await b.submit(max_steps=1)
            await b.done(task)
            (only,) = await attempts(b, task)
            assert only.outcome is not None and only.outcome.flags == (Flag.SHORTENED,)

    run(main())
