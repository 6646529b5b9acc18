"""A list of prompts, each seeing the replies before it."""

from __future__ import annotations

import pytest

from engine.domain.states import CompletionReason
from engine.domain.task import RecipeName, ResultRule
from engine.recipes.pipeline import Pipeline
from tests.workbench import spec

PIPELINE = Pipeline()
ASKED = spec(recipe=RecipeName.PIPELINE, goal="About sheep.", prompts=("One?", "Two?", "Three?"), context={"k": "v"})


def test_each_prompt_sees_what_came_before() -> None:
    """The goal and the facts stand before the first; nothing of a later prompt is given away."""
    texts = [message.content for message in PIPELINE.prompt(ASKED, ["A", "B"])]
    assert texts == ["About sheep.\n\nk: v\n\nOne?", "A", "Two?", "B", "Three?"]
    assert [message.content for message in PIPELINE.prompt(ASKED, [])] == ["About sheep.\n\nk: v\n\nOne?"]


def test_it_ends_with_its_last_prompt() -> None:
    """Not before."""
    assert PIPELINE.completion(ASKED, ["A", "B"]) is None
    assert PIPELINE.completion(ASKED, ["A", "B", "C"]) is CompletionReason.END_OF_PIPELINE


@pytest.mark.parametrize(("rule", "answer"), [(ResultRule.LAST, "C"), (ResultRule.JOIN, "A\n\nC")])
def test_the_answer(rule: ResultRule, answer: str) -> None:
    """The last text, or all of them; a step that said nothing leaves no gap."""
    assert PIPELINE.answer(spec(result=rule), ["A", " ", "C\n"]) == answer
