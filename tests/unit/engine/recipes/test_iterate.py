"""A goal refined until the model says that it is done."""

from __future__ import annotations

import time

import pytest

from engine.domain.states import CompletionReason
from engine.domain.task import ResultRule
from engine.recipes.iterate import CONTINUE, MARKER, Iterate, unmarked
from tests.workbench import spec

ITERATE = Iterate()


@pytest.mark.parametrize(
    "reply",
    [
        MARKER,
        f"Text\n{MARKER}",
        f"Text\n\n{MARKER}\n \n",
        f"Text\n**{MARKER}**",
        f"Text\n> {MARKER}",
        f"Text\n`{MARKER}`.",
        f"T\n## {MARKER}",
    ],
)
def test_the_marker_ends_the_task(reply: str) -> None:
    """On the last line, whatever Markdown stands around it; and it is no part of the answer."""
    assert ITERATE.completion(spec(max_steps=9), [reply]) is CompletionReason.MARKER
    assert MARKER not in unmarked(reply)


@pytest.mark.parametrize(
    "reply", ["", "Text", f"I write {MARKER} when I am done.", f"{MARKER}\nbut more", "[[done]]", "[DONE]"]
)
def test_what_is_no_marker(reply: str) -> None:
    """A word about the marker is not the marker."""
    assert ITERATE.completion(spec(max_steps=9), [reply]) is None


def test_a_model_that_loops_on_blanks_costs_no_square() -> None:
    """The marker, a long run of blanks and one more word are read in a moment, not in minutes."""
    began = time.perf_counter()
    assert ITERATE.completion(spec(max_steps=9), [f"{MARKER}{' ' * 50_000}x"]) is None
    assert time.perf_counter() - began < 1.0


def test_only_the_last_reply_counts() -> None:
    """What was said before and revoked by going on does not end it."""
    assert ITERATE.completion(spec(max_steps=9), [MARKER, "More"]) is None


def test_the_steps_are_used_up() -> None:
    """And it says so; the marker on the very last step is still the marker."""
    assert ITERATE.completion(spec(max_steps=2), ["a", "b"]) is CompletionReason.MAX_STEPS
    assert ITERATE.completion(spec(max_steps=2), ["a", MARKER]) is CompletionReason.MARKER
    assert ITERATE.completion(spec(max_steps=2), []) is None


def test_the_model_is_told_the_goal_the_facts_and_the_rules() -> None:
    """The marker is asked for in the system prompt, after the person's own words."""
    system, first, reply, again = ITERATE.prompt(spec(goal="G", system="Mine", context={"k": "v"}), ["R"])
    assert system.content.startswith("Mine\n\n") and MARKER in system.content
    assert first.content == "G\n\nk: v"
    assert (reply.content, again.content) == ("R", CONTINUE)


@pytest.mark.parametrize(
    ("rule", "replies", "answer"),
    [
        (ResultRule.LAST, ["one", f"two\n{MARKER}"], "two"),
        (ResultRule.LAST, ["one", MARKER], "one"),
        (ResultRule.JOIN, ["one", f"two\n{MARKER}"], "one\n\ntwo"),
        (ResultRule.LAST, [], ""),
        (ResultRule.JOIN, [" ", MARKER], ""),
    ],
)
def test_the_answer(rule: ResultRule, replies: list[str], answer: str) -> None:
    """The last reply that says something, or all of them; never the marker."""
    assert ITERATE.answer(spec(result=rule), replies) == answer
