"""The transcript: everything of a task, and a model's text stays in its block."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.errors import ErrorCode
from engine.domain.states import State
from engine.domain.step import AttemptRecord, AttemptStatus, StepRecord
from engine.domain.task import RecipeName, Standing
from engine.results.render import fenced, one_line, standing_now, transcript
from tests.stored import intent, outcome, task
from tests.workbench import spec

TASK = task()


def step(number: int, *attempts: AttemptRecord) -> StepRecord:
    """Return a step."""
    return StepRecord(number=number, attempts=attempts)


def done(number: int, text: str) -> AttemptRecord:
    """Return an accepted attempt."""
    return AttemptRecord(intent=intent(TASK, number), outcome=outcome(TASK, number, text=text))


def test_a_transcript_tells_everything() -> None:
    """State, model, tokens, exact cost; each step with its prompt, its attempts and its text."""
    failed = AttemptRecord(
        intent=intent(TASK, 1, 1), outcome=outcome(TASK, 1, 1, status=AttemptStatus.FAILED, text="part", cost=0)
    )
    asked = spec(goal="", title="T", recipe=RecipeName.PIPELINE, prompts=("Ask?", "And?"))
    standing = Standing(
        state=State.FAILED, reason=ErrorCode.SERVER_ERROR, steps_done=1, spent=1_000, input_tokens=12345
    )
    steps = [step(1, failed, done(1, "Whole")), step(2, AttemptRecord(intent=intent(TASK, 2)))]
    text = "".join([*transcript(asked, steps), *standing_now(asked, standing, steps)])
    for piece in (
        "# T\n",
        r"failed (server\_error)",
        "1 of at most 2",
        "12,345 in",
        "$0.000000001\n",
        "Ask?",
        "part",
        "Whole",
        "In flight, step 2: Attempt 1",
    ):
        assert piece in text


def test_a_step_more_is_only_added() -> None:
    """Whatever its attempts came to; an attempt in flight is below, where lines are written over."""
    cut = AttemptRecord(intent=intent(TASK, 2), outcome=outcome(TASK, 2, status=AttemptStatus.CUT, text="half a sen"))
    told = [
        "".join(transcript(spec(), steps))
        for steps in (
            [step(1, done(1, "One"))],
            [step(1, done(1, "One")), step(2, AttemptRecord(intent=intent(TASK, 2)))],
            [step(1, done(1, "One")), step(2, cut)],
            [step(1, done(1, "One")), step(2, cut, AttemptRecord(intent=intent(TASK, 2, 2)))],
            [step(1, done(1, "One")), step(2, cut, done(2, "Two"))],
        )
    ]
    assert all(later.startswith(earlier) for earlier, later in pairwise(told))
    assert told[0] == told[1]
    assert "half a sen" in told[2]


@given(st.lists(st.sampled_from(["`", "```", "`````", "~~~", "#", "\n", " ", "a"]), max_size=20).map("".join))
def test_no_text_leaves_its_block(text: str) -> None:
    """The fence is longer than any run of ticks inside."""
    first, *inside, last = fenced(text).rstrip("\n").split("\n")
    assert first == last + "text"
    assert all(last not in line for line in inside)


@pytest.mark.parametrize("text", ["# Title\n- item", "<img src=x>", "[a](javascript:b)", "`code`", "a | b", "\\"])
def test_a_title_is_only_words(text: str) -> None:
    """No line of its own, no markup."""
    shown = one_line(text)
    assert "\n" not in shown
    for mark in "`<[#|":
        assert shown.count(mark) == shown.count("\\" + mark)
