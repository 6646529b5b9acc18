"""Retries by class and by what may have been billed, and a switch of model, through the whole engine."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode, InvalidSpecError
from engine.domain.states import State
from engine.domain.step import AttemptStatus, NoteKind
from engine.domain.task import RetryPolicy, Route
from engine.providers.port import Delta, Opened
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
    """A crowd or a server that breaks down: three times; a reply that broke off is likely paid each time: twice."""

    async def main() -> None:
        broken = failure(ErrorCode.SERVER_ERROR, maybe_billed=True)
        for script, attempts in ((CROWD, 4), (broken, 4), (CUT, 3), ((Opened(""), Delta("a", 1), Wait(100.0)), 3)):
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
    """After the retries of the last one."""

    async def main() -> None:
        async with bench(in_turn(CROWD)) as b:
            snapshot = await b.until(await b.submit(max_steps=1, fallbacks=(OTHER,)))
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.RATE_LIMITED)
            assert models(b) == ["scripted-model"] * 2 + ["other"] * 4

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
