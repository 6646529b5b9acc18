"""Retries by class and by what may have been billed, and a switch of model, through the whole engine."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from engine.domain.errors import ErrorCode, InvalidSpecError
from engine.domain.states import State
from engine.domain.step import AttemptStatus, NoteKind
from engine.domain.task import RetryPolicy, Route
from engine.providers.port import Delta, Garbled, Opened
from engine.providers.scripted import Script, Sent, Wait, failure, in_turn, reply
from engine.runtime.route import RETURN_AFTER
from tests.virtual_time import run
from tests.workbench import Bench, bench

OTHER = Route(provider="scripted", model="other")
CUT = failure(ErrorCode.CUT, maybe_billed=True, after=(Opened(""), Delta("a", 1)))
CROWD = failure(ErrorCode.RATE_LIMITED)


def models(b: Bench) -> list[str]:
    """Return which models were asked, in order."""
    return [sent.prepared.model for sent in b.provider.sent]


def first_fails(script: Script):  # noqa: ANN201 - a playbook
    """Return a playbook in which everything but the other model fails."""

    def play(sent: Sent) -> Script:
        return reply("fine") if sent.prepared.model == "other" else script

    return play


def test_what_may_have_been_billed_is_asked_again_less_often() -> None:
    """A server that breaks down: three times; a reply that broke off is likely paid each time: twice."""

    async def main() -> None:
        broken = failure(ErrorCode.SERVER_ERROR, maybe_billed=True)
        for script, attempts in ((broken, 4), (CUT, 3), ((Opened(""), Delta("a", 1), Wait(100.0)), 3)):
            async with bench(in_turn(script)) as b:
                snapshot = await b.until(await b.submit(max_steps=1))
                assert snapshot.state in (State.FAILED, State.TIMEOUT) and len(b.provider.sent) == attempts

    run(main())


def test_how_often_is_the_persons_choice() -> None:
    """None at all, too; crowds count apart."""

    async def main() -> None:
        async with bench(in_turn(CROWD, CROWD, CUT, reply("never"))) as b:
            snapshot = await b.until(await b.submit(max_steps=1, retry=RetryPolicy(max_billed=0)))
            assert snapshot.state is State.FAILED and len(b.provider.sent) == 3

    run(main())


@pytest.mark.parametrize("retry_after_s", [None, 20.0], ids=["without a word", "Retry-After"])
def test_refusals_for_a_servers_limits_are_waited_out(retry_after_s: float | None) -> None:
    """However many there are: no retry is used up, no active time; each wait is on record and is told meanwhile."""

    async def main() -> None:
        crowd = failure(ErrorCode.RATE_LIMITED, retry_after_s=retry_after_s)
        async with bench(in_turn(*[crowd] * 9, reply("fine"))) as b:
            task = await b.submit(max_steps=1, retry=RetryPolicy(max_retries=1))
            snapshot = await b.until(task)
            assert (snapshot.state, snapshot.standing.attempts) == (State.COMPLETED, 10)
            assert snapshot.standing.active_s < 1.0
            (step,) = await b.engine.steps(task)
            waits = [each.outcome.retry_in_s for each in step.attempts[:9] if each.outcome]
            assert all(wait is not None and wait >= (retry_after_s or 0.0) for wait in waits)
            sent = [each.at for each in b.provider.sent]
            assert all(later - one >= (retry_after_s or 0.0) for one, later in pairwise(sent))

    run(main())


def test_a_crowd_that_is_refused_for_an_hour_is_a_failure() -> None:
    """A request too large for a limit a minute is refused for ever: the task says so instead of waiting on."""

    async def main() -> None:
        async with bench(in_turn(CROWD)) as b:
            began = asyncio.get_running_loop().time()
            snapshot = await b.until(await b.submit(max_steps=1))
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.RATE_LIMITED)
            assert 3600 <= asyncio.get_running_loop().time() - began < 2 * 3600
            assert len(b.provider.sent) < 40

    run(main())


def test_who_may_go_elsewhere_does_not_wait_out_a_crowd() -> None:
    """It leaves after two refusals in a row."""

    async def main() -> None:
        async with bench(first_fails(CROWD)) as b:
            snapshot = await b.until(await b.submit(max_steps=1, fallbacks=(OTHER,)))
            assert snapshot.state is State.COMPLETED and models(b) == ["scripted-model"] * 2 + ["other"]

    run(main())


def test_silence_behind_what_cannot_be_read_is_no_stall() -> None:
    """It is asked once more, as a reply that cannot be read is, and its cost counts."""

    async def main() -> None:
        garbled: Script = (Opened(""), Delta("a", 1), Garbled(), Wait(1e6))
        async with bench(in_turn(garbled)) as b:
            task = await b.submit(max_steps=1)
            snapshot = await b.until(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.GARBAGE)
            (step,) = await b.engine.steps(task)
            assert [each.outcome.error for each in step.attempts if each.outcome] == [ErrorCode.GARBAGE] * 2
            assert snapshot.standing.assumed == sum(each.intent.held for each in step.attempts) > 0

    run(main())


def test_a_step_that_keeps_failing_goes_on_with_another_model() -> None:
    """After two failures in a row; intent, log and standing say so."""

    async def main() -> None:
        async with bench(first_fails(failure(ErrorCode.SERVER_ERROR))) as b:
            task = await b.submit(max_steps=2, fallbacks=(OTHER,))
            snapshot = await b.until(task)
            assert snapshot.state is State.COMPLETED
            assert models(b) == ["scripted-model"] * 2 + ["other"] * 2  # the second step stays where it works
            assert snapshot.route == OTHER
            first, second = await b.engine.steps(task)
            assert [each.intent.model for each in first.attempts] == ["scripted-model", "scripted-model", "other"]
            assert first.attempts[1].outcome is not None and first.attempts[1].outcome.retry_in_s == 0.0
            assert second.attempts[0].intent.model == "other"
            (told,) = [each for each in await b.engine.log(task) if each.kind == NoteKind.ROUTED]
            assert told.code == "server_error:scripted/other"

    run(main())


@pytest.mark.parametrize("code", [ErrorCode.WRONG_KEY, ErrorCode.NO_CREDIT])
def test_a_refused_key_is_asked_with_no_more_by_another_model(code: ErrorCode) -> None:
    """It is the provider's, not the model's."""

    async def main() -> None:
        async with bench(first_fails(failure(code, retryable=False))) as b:
            snapshot = await b.until(await b.submit(max_steps=1, fallbacks=(OTHER,)))
            assert (snapshot.state, snapshot.standing.detail) == (State.PAUSED, code)
            assert models(b) == ["scripted-model"]

    run(main())


@pytest.mark.parametrize("code", [ErrorCode.CONTEXT_OVERFLOW, ErrorCode.UNKNOWN_MODEL])
def test_what_no_retry_can_mend_goes_elsewhere_at_once(code: ErrorCode) -> None:
    """One attempt there, and on."""

    async def main() -> None:
        async with bench(first_fails(failure(code, retryable=False))) as b:
            snapshot = await b.until(await b.submit(max_steps=1, fallbacks=(OTHER,)))
            assert snapshot.state is State.COMPLETED and models(b) == ["scripted-model", "other"]

    run(main())


def test_after_some_steps_the_first_choice_is_tried_again() -> None:
    """It may work again, and if it does the task stays there."""

    async def main() -> None:
        def play(sent: Sent) -> Script:
            broken = sent.prepared.model != "other" and sent.number < 2
            return CROWD if broken else reply("fine")

        async with bench(play) as b:
            task = await b.submit(max_steps=RETURN_AFTER + 2, fallbacks=(OTHER,), loop_after=0)
            assert (await b.until(task)).state is State.COMPLETED
            assert models(b) == ["scripted-model"] * 2 + ["other"] * RETURN_AFTER + ["scripted-model"] * 2
            codes = [each.code for each in await b.engine.log(task) if each.kind == NoteKind.ROUTED]
            assert codes == ["rate_limited:scripted/other", ":scripted/scripted-model"]

    run(main())


def test_where_everything_fails_the_last_error_is_told() -> None:
    """After an hour of refusals by the last one."""

    async def main() -> None:
        async with bench(in_turn(CROWD)) as b:
            snapshot = await b.until(await b.submit(max_steps=1, fallbacks=(OTHER,)))
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.RATE_LIMITED)
            assert models(b)[:3] == ["scripted-model"] * 2 + ["other"]
            assert set(models(b)[3:]) == {"other"}

    run(main())


def test_a_fallback_survives_a_crash() -> None:
    """The task is still on it."""

    async def main() -> None:
        async with bench(first_fails(CROWD)) as b:
            task = await b.submit(max_steps=3, fallbacks=(OTHER,))
            await b.until(task)
            engine = await b.crash()
            assert engine.snapshot(task).route == OTHER
            steps = await engine.steps(task)
            assert [each.status for each in steps[-1].attempts] == [AttemptStatus.ACCEPTED]

    run(main())


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (Route(provider="scripted", model="unpriced"), ErrorCode.PRICE_UNKNOWN),
        (Route(provider="scripted", model=""), ErrorCode.NO_MODEL),
    ],
)
def test_a_fallback_that_could_not_be_called_is_refused_before_anything_is_stored(
    wrong: Route, code: ErrorCode
) -> None:
    """Named with its field."""

    async def main() -> None:
        async with bench() as b:
            with pytest.raises(InvalidSpecError) as refused:
                await b.submit(fallbacks=(wrong,))
            assert [(each.field, each.code) for each in refused.value.problems] == [("fallbacks", code)]
            assert not b.store.tasks

    run(main())
