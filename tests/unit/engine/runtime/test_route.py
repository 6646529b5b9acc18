"""Where the next attempt goes."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.task import RetryPolicy, Route, Standing, TaskSpec
from engine.runtime.failure import Cure, Failure
from engine.runtime.route import RETURN_AFTER, route

A, B, C = (Route(provider=name, model="m") for name in "abc")
SPEC = TaskSpec(goal="g", provider="a", model="m", fallbacks=(B, C))


def failure(of: Route, cure: Cure = Cure.AGAIN) -> Failure:
    """Return a failed attempt on a route."""
    return Failure(route=of, code=ErrorCode.SERVER_ERROR, cure=cure)


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([], A),
        ([failure(A)], A),
        ([failure(A)] * 2, B),
        ([failure(A, Cure.ELSEWHERE)], B),
        ([failure(A, Cure.AGAIN_OR_ELSEWHERE)], B),
        ([failure(A)] * 2 + [failure(B)], B),
        ([failure(A)] * 2 + [failure(B)] * 2, C),
        ([failure(A)] * 2 + [failure(B)] * 2 + [failure(C)] * 5, C),
    ],
)
def test_a_step_that_keeps_failing_goes_on_to_the_next_one(failures: list[Failure], expected: Route) -> None:
    """After two failures in a row, at once where another attempt cannot help; the last one keeps it."""
    assert route(SPEC, Standing(), failures) == expected


def test_without_others_it_stays() -> None:
    """Whatever happens there."""
    alone = TaskSpec(goal="g", provider="a", model="m")
    assert route(alone, Standing(), [failure(A, Cure.ELSEWHERE)] * 3) == A


def test_no_retries_means_one_failure_and_on() -> None:
    """A person who wants no retries is not made to wait for a second failure."""
    spec = TaskSpec(goal="g", provider="a", model="m", fallbacks=(B,), retry=RetryPolicy(max_retries=0))
    assert route(spec, Standing(), [failure(A)]) == B


def test_a_task_stays_where_it_worked_for_some_steps_and_then_tries_its_first_choice() -> None:
    """And a step that fails on a fallback may come back to the first choice, which it has not tried."""
    on = Standing(route=1, route_step=10, steps_done=10 + RETURN_AFTER - 1)
    assert route(SPEC, on, []) == B
    assert route(SPEC, Standing(route=1, route_step=10, steps_done=10 + RETURN_AFTER), []) == A
    assert route(SPEC, on, [failure(B)] * 2 + [failure(C)] * 2) == A


def test_a_route_that_an_edit_took_away_is_none() -> None:
    """Then the first choice holds."""
    assert route(SPEC, Standing(route=7), []) == A
