"""The context policy *full*: the prefix never changes, so that a provider's prompt cache can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.message import Message
from engine.domain.task import RecipeName
from engine.recipes import recipe
from engine.recipes.context import conversation, facts, paragraphs
from tests.workbench import spec

REPLIES = st.lists(st.text(max_size=40), min_size=1, max_size=8)


@pytest.mark.parametrize("name", list(RecipeName))
@given(replies=REPLIES)
def test_each_prompt_begins_with_the_one_before(name: RecipeName, replies: list[str]) -> None:
    """Message for message, whatever the model replied."""
    asked = spec(
        recipe=name, prompts=tuple(f"Prompt {n}" for n in range(9)), system="Be brief", context={"b": "2", "a": "1"}
    )
    rule = recipe(name)
    for step in range(1, len(replies) + 1):
        before, after = rule.prompt(asked, replies[: step - 1]), rule.prompt(asked, replies[:step])
        assert after[: len(before)] == before
        assert after[len(before)] == Message(role="assistant", content=replies[step - 1])


def test_facts_are_in_the_order_of_their_names() -> None:
    """However the mapping was made."""
    assert facts({"b": "2", "a": "1"}) == facts({"a": "1", "b": "2"}) == "a: 1\nb: 2"
    assert facts({}) == ""


def test_a_conversation_takes_turns() -> None:
    """Question, reply, question; no system message where there is none to give."""
    roles = [message.role for message in conversation("", ("q1", "q2"), ("r1",))]
    assert roles == ["user", "assistant", "user"]
    assert conversation("s", ("q",), ())[0] == Message(role="system", content="s")


def test_empty_paragraphs_leave_no_gap() -> None:
    """Only what says something is joined."""
    assert paragraphs(("a", " \n", "", "b\n")) == "a\n\nb"
