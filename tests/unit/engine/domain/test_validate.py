"""What can be asked of a task: each field's bounds, and all that is wrong told at once."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode, InvalidSpecError
from engine.domain.money import MOST
from engine.domain.task import RecipeName, RetryPolicy, TaskSpec, TimeLimits
from engine.domain.validate import (
    MAX_OUTPUT,
    MAX_PRIORITY,
    MAX_STEPS,
    MAX_TEXT,
    problems,
    validate,
)
from tests.workbench import spec

PIPELINE = RecipeName.PIPELINE


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"goal": " \n"}, "goal", ErrorCode.GOAL_EMPTY),
        ({"recipe": PIPELINE}, "prompts", ErrorCode.PROMPTS_EMPTY),
        ({"recipe": PIPELINE, "prompts": ("one", " ")}, "prompts", ErrorCode.PROMPTS_EMPTY),
        ({"recipe": PIPELINE, "prompts": ("p",) * (MAX_STEPS + 1)}, "prompts", ErrorCode.STEPS_OUT_OF_RANGE),
        ({"model": ""}, "model", ErrorCode.NO_MODEL),
        ({"provider": ""}, "model", ErrorCode.NO_MODEL),
        ({"max_steps": 0}, "max_steps", ErrorCode.STEPS_OUT_OF_RANGE),
        ({"max_steps": MAX_STEPS + 1}, "max_steps", ErrorCode.STEPS_OUT_OF_RANGE),
        ({"budget": -1}, "budget", ErrorCode.BUDGET_NEGATIVE),
        ({"temperature": -0.1}, "temperature", ErrorCode.TEMPERATURE_OUT_OF_RANGE),
        ({"temperature": 2.1}, "temperature", ErrorCode.TEMPERATURE_OUT_OF_RANGE),
        ({"temperature": float("nan")}, "temperature", ErrorCode.TEMPERATURE_OUT_OF_RANGE),
        ({"max_output": 0}, "max_output", ErrorCode.MAX_OUTPUT_OUT_OF_RANGE),
        ({"max_output": MAX_OUTPUT + 1}, "max_output", ErrorCode.MAX_OUTPUT_OUT_OF_RANGE),
        ({"checkpoint_interval": 0}, "checkpoint_interval", ErrorCode.INTERVAL_OUT_OF_RANGE),
        ({"retry": RetryPolicy(max_retries=-1)}, "max_retries", ErrorCode.RETRIES_OUT_OF_RANGE),
        ({"retry": RetryPolicy(backoff_base=0.5)}, "backoff_base", ErrorCode.RETRIES_OUT_OF_RANGE),
        ({"budget": MOST + 1}, "budget", ErrorCode.BUDGET_NEGATIVE),
        ({"priority": 99999999999999999999}, "priority", ErrorCode.PRIORITY_OUT_OF_RANGE),
        ({"priority": -MAX_PRIORITY - 1}, "priority", ErrorCode.PRIORITY_OUT_OF_RANGE),
        ({"limits": TimeLimits(step=0.0)}, "limits.step", ErrorCode.TIME_LIMIT_OUT_OF_RANGE),
        ({"limits": TimeLimits(task=float("inf"))}, "limits.task", ErrorCode.TIME_LIMIT_OUT_OF_RANGE),
        ({"limits": TimeLimits(attempt=-1.0)}, "limits.attempt", ErrorCode.TIME_LIMIT_OUT_OF_RANGE),
        ({"goal": "x" * (MAX_TEXT + 1)}, "goal", ErrorCode.TEXT_TOO_LONG),
        ({"context": {"a": "x" * MAX_TEXT}}, "context", ErrorCode.TEXT_TOO_LONG),
        ({"title": "\ud800"}, "title", ErrorCode.TEXT_NOT_UNICODE),
        ({"batch": "x" * (MAX_TEXT + 1)}, "batch", ErrorCode.TEXT_TOO_LONG),
    ],
)
def test_a_field_out_of_its_bounds(fields: dict[str, object], field: str, code: ErrorCode) -> None:
    """Is named with its code, and nothing else is."""
    (problem,) = problems(spec(**fields))
    assert (problem.field, problem.code) == (field, code)


@pytest.mark.parametrize(
    "asked",
    [
        spec(),
        spec(goal="x", max_steps=MAX_STEPS, max_output=MAX_OUTPUT, budget=0, temperature=2.0),
        spec(goal="", recipe=PIPELINE, prompts=("one",)),
        spec(limits=TimeLimits(attempt=None)),
        spec(priority=-MAX_PRIORITY),
        spec(priority=MAX_PRIORITY, budget=MOST),
        spec(goal="\U0001f411\u2028\x00"),
    ],
)
def test_what_can_run(asked: TaskSpec) -> None:
    """Bounds included; no limit is a limit."""
    assert validate(asked) is asked


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A form shows every mistake, in its own order; the first one is the error's code."""
    with pytest.raises(InvalidSpecError) as raised:
        validate(spec(goal="", max_steps=0, budget=-5))
    assert [problem.field for problem in raised.value.problems] == ["goal", "max_steps", "budget"]
    assert raised.value.code is ErrorCode.GOAL_EMPTY


def test_the_defaults_of_the_article() -> None:
    """Steps, times, retries, checkpoint interval, temperature and length of a reply as they were published."""
    asked = TaskSpec(goal="g", provider="p", model="m")
    assert (asked.max_steps, asked.checkpoint_interval, asked.temperature, asked.max_output) == (50, 5, 0.7, 4096)
    assert (asked.limits.step, asked.limits.window, asked.limits.task) == (120.0, 600.0, 3600.0)
    assert (asked.retry.max_retries, asked.retry.backoff_base) == (3, 2.0)
