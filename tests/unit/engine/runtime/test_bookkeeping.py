"""What an attempt counts for, in money and in time: nothing is guessed low, and nothing is counted twice."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from engine.domain.errors import ErrorCode
from engine.domain.states import CompletionReason, State, TimeLevel, Wanted
from engine.domain.step import AttemptStatus, Flag
from engine.domain.task import Complexity, Standing, TimeLimits
from engine.domain.usage import FinishReason, Usage
from engine.providers.port import Finished, ProviderError
from engine.runtime.attempt import Ending
from engine.runtime.bookkeeping import Bill, bill, changes_of, granted, outcome, time_left, time_limit, without
from engine.runtime.redacting import Unredacted
from tests.stored import HELD, intent, task
from tests.stored import outcome as recorded
from tests.workbench import PRICE, spec

USAGE = Usage(input=10, output=20)
COST = 10 * PRICE.input + 20 * PRICE.output


def finished(usage: Usage | None = USAGE, finish: FinishReason = FinishReason.STOP) -> Finished:
    """Return the end of a whole reply."""
    return Finished(finish, usage, None, b"raw")


def error(*, maybe_billed: bool, usage: Usage | None = None, cost: int | None = None) -> ProviderError:
    """Return what went wrong."""
    return ProviderError(ErrorCode.CUT, "words", retryable=True, maybe_billed=maybe_billed, usage=usage, cost=cost)


@pytest.mark.parametrize(
    ("ending", "billed"),
    [
        (Ending(finished=finished(), text="x"), Bill(amount=COST, usage=USAGE)),
        (
            Ending(finished=finished(finish=FinishReason.LENGTH), text="x"),
            Bill(amount=COST, usage=USAGE, flags=(Flag.SHORTENED,)),
        ),
        (Ending(error=error(maybe_billed=True)), Bill(amount=10 * COST, flags=(Flag.ASSUMED,))),
        (Ending(error=error(maybe_billed=True, usage=USAGE)), Bill(amount=COST, usage=USAGE)),
        (
            Ending(error=error(maybe_billed=True, usage=USAGE, cost=7)),
            Bill(amount=7, usage=USAGE, flags=(Flag.DIFFERS,)),
        ),
        (Ending(error=error(maybe_billed=True, cost=7)), Bill(amount=7)),
        (Ending(error=error(maybe_billed=False)), Bill(amount=0)),
        (Ending(cause=Wanted.PAUSE_NOW), Bill(amount=10 * COST, flags=(Flag.ASSUMED,))),
        (Ending(cause=Wanted.PAUSE_NOW, sent=False), Bill(amount=0)),
    ],
)
def test_what_an_attempt_counts_for(ending: Ending, billed: Bill) -> None:
    """Usage where it is told, the hold where nobody knows, nothing where certainly nothing was sent."""
    assert bill(ending, PRICE, 10 * COST) == billed


def test_what_was_free_is_not_assumed_to_have_cost() -> None:
    """A hold of nothing leaves no flag that would ask for a yes."""
    assert bill(Ending(cause=Wanted.PAUSE_NOW), PRICE, 0) == Bill(amount=0)


@pytest.mark.parametrize(
    ("ending", "status", "code"),
    [
        (Ending(finished=finished(), text="x"), AttemptStatus.ACCEPTED, ""),
        (Ending(error=error(maybe_billed=True)), AttemptStatus.FAILED, "cut"),
        (Ending(cause=TimeLevel.SILENCE), AttemptStatus.CUT, "silence"),
    ],
)
def test_the_record_of_an_ending(ending: Ending, status: AttemptStatus, code: str) -> None:
    """How it ended, under which code, at the amount that was settled."""
    made = outcome(intent(task()), ending, Bill(amount=5), at_ms=7, redact=Unredacted())
    assert (made.status, made.error, made.cost, made.at_ms) == (status, code, 5, 7)


def test_an_accepted_step_moves_the_standing_on() -> None:
    """Sums grow, what belongs to the step begins anew, grants of the step are used up."""
    before = Standing(
        state=State.RUNNING,
        steps_done=2,
        spent=10,
        active_s=5.0,
        step_s=4.0,
        window_s=5.0,
        step_attempts=3,
        grants={TimeLevel.STEP: 60.0, TimeLevel.TASK: 90.0},
    )
    changes = changes_of(before, recorded(task(), cost=1_000), 2.0)
    assert (changes["steps_done"], changes["spent"], changes["output_tokens"]) == (3, 1_010, 20)
    assert (changes["active_s"], changes["step_s"], changes["window_s"]) == (7.0, 0.0, 7.0)
    assert (changes["step_attempts"], changes["grants"]) == (0, {TimeLevel.TASK: 90.0})
    assert "state" not in changes


def test_a_failed_attempt_costs_time_and_money_and_is_no_step() -> None:
    """The step's own time goes on."""
    failed = recorded(task(), status=AttemptStatus.FAILED, cost=HELD)
    changes = changes_of(Standing(state=State.RUNNING, step_s=1.0), failed, 2.0)
    assert (changes["spent"], changes["step_s"]) == (HELD, 3.0)
    assert "steps_done" not in changes


def test_the_last_step_ends_the_task_in_the_same_record() -> None:
    """No moment in which all steps are done and the task is not."""
    done = replace(recorded(task()), completes=str(CompletionReason.MARKER))
    changes = changes_of(Standing(state=State.RUNNING), done, 0.0)
    assert (changes["state"], changes["reason"], changes["wanted"]) == (State.COMPLETED, "marker", Wanted.NOTHING)
    assert changes["ended_at_ms"] == recorded(task()).at_ms


def test_time_left_at_each_level() -> None:
    """Limits times the complexity, with what was granted, without what is used; infinite where there is no limit."""
    asked = spec(complexity=Complexity.COMPLEX, limits=TimeLimits(step=10.0, window=20.0, task=30.0))
    stands = Standing(step_s=1.0, window_s=2.0, active_s=3.0, grants={TimeLevel.TASK: 5.0})
    left = {TimeLevel.STEP: 19.0, TimeLevel.WINDOW: 38.0, TimeLevel.TASK: 62.0}
    assert time_left(asked, stands) == left | {TimeLevel.ATTEMPT: math.inf}


@pytest.mark.parametrize(("used", "grant"), [(10.0, 10.0), (13.0, 13.0), (4.0, 10.0)])
def test_a_resume_grants_the_limit_once_more(used: float, grant: float) -> None:
    """Beyond what was used: a step that ran over by three seconds has ten again, not seven."""
    asked = spec(limits=TimeLimits(step=10.0))
    assert granted(asked, Standing(step_s=used), TimeLevel.STEP) == grant
    after = Standing(step_s=used, grants={TimeLevel.STEP: grant})
    assert time_left(asked, after)[TimeLevel.STEP] >= 10.0


def test_a_wait_for_the_first_token_is_granted_as_long_again() -> None:
    """It begins anew with each attempt, and twice as long until the step is done."""
    asked = spec(limits=TimeLimits(first_token=60.0))
    assert granted(asked, Standing(), TimeLevel.FIRST_TOKEN) == 60.0
    assert time_limit(asked, Standing(grants={TimeLevel.FIRST_TOKEN: 60.0}), TimeLevel.FIRST_TOKEN) == 120.0
    assert granted(asked, Standing(), TimeLevel.ATTEMPT) == 0.0
    assert without({TimeLevel.STEP: 1.0}, TimeLevel.STEP) == {}
