"""Prompts that leave something out: what stays, how long they get, and when their beginning changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.context_policy import ContextPolicy, Summary
from engine.domain.message import Message
from engine.domain.task import RecipeName
from engine.recipes import recipe
from engine.recipes.shortened import LEFT_OUT, SUMMED_UP, evicted
from tests.workbench import spec

WINDOWS = st.integers(1, 30)
PROMPTS = tuple(f"Prompt {n}" for n in range(220))


def size(messages: tuple[Message, ...]) -> int:
    """Return the bytes of a prompt."""
    return sum(len(message.content.encode()) for message in messages)


@given(window=WINDOWS, exchanges=st.integers(0, 500))
def test_a_window_keeps_the_last_exchanges_and_evicts_half_of_them_at_once(window: int, exchanges: int) -> None:
    """Never more than it holds, never fewer than half, and nothing before it is full."""
    gone = evicted(window, exchanges)
    assert exchanges - gone <= window
    assert gone == 0 if exchanges <= window else exchanges - gone > window - max(1, window // 2)
    assert gone % max(1, window // 2) == 0


@pytest.mark.parametrize("name", list(RecipeName))
@given(window=WINDOWS, replies=st.lists(st.text(max_size=8), min_size=1, max_size=40))
def test_between_two_evictions_each_prompt_begins_with_the_one_before(
    name: RecipeName, window: int, replies: list[str]
) -> None:
    """Message for message, so that a provider's cache holds."""
    asked = spec(recipe=name, prompts=PROMPTS, context_policy=ContextPolicy.WINDOW, window_steps=window)
    rule = recipe(name)
    for done in range(1, len(replies)):
        before, after = rule.prompt(asked, replies[:done]), rule.prompt(asked, replies[: done + 1])
        if evicted(window, done) == evicted(window, done + 1):
            assert after[: len(before)] == before


@pytest.mark.parametrize("name", list(RecipeName))
@pytest.mark.parametrize("policy", [ContextPolicy.WINDOW, ContextPolicy.SUMMARY])
def test_goal_and_instructions_stay_and_messages_take_turns(name: RecipeName, policy: ContextPolicy) -> None:
    """Whatever is left out, with the last exchange whole."""
    asked = spec(recipe=name, goal="Goal", prompts=PROMPTS, context={"k": "v"}, context_policy=policy, window_steps=4)
    replies = [f"reply {n}" for n in range(1, 10)]
    told = {2: ("Be brief",), 9: ("Be bold",)}
    found = recipe(name).prompt(asked, replies, told, Summary(step=9, covers=6, text="So far."))
    roles = [message.role for message in found if message.role != "system"]
    assert roles == ["user", "assistant"] * 3 + ["user"]
    first = next(message.content for message in found if message.role == "user")
    assert first.startswith("Goal\n\nk: v\n\nInstruction, from now on: Be brief\n\n")
    stands = LEFT_OUT if policy is ContextPolicy.WINDOW else SUMMED_UP
    assert stands.format(count=6) in first
    assert ("So far." in first) is (policy is ContextPolicy.SUMMARY)
    assert [m.content for m in found if m.role == "assistant"] == replies[6:]
    assert sum("Be bold" in message.content for message in found) == 1


def test_the_input_of_two_hundred_steps_is_bounded_by_the_window() -> None:
    """No prompt passes the goal and the rules, a window of replies, and the words around them."""
    reply, window = "x" * 1_000, 10
    asked = spec(goal="G" * 500, max_steps=200, context_policy=ContextPolicy.WINDOW, window_steps=window)
    rule = recipe(asked.recipe)
    first = size(rule.prompt(asked, ()))
    bound = first + len(LEFT_OUT) + 8 + (window + 1) * (len(reply) + len("Continue. Improve the result, or finish it."))
    sizes = [size(rule.prompt(asked, [reply] * done)) for done in range(200)]
    assert max(sizes) <= bound
    assert sum(sizes) <= 200 * bound


def test_without_a_summary_nothing_is_left_out() -> None:
    """And with another policy, one that was made is no part of the prompt."""
    replies = ["a", "b", "c"]
    summary = Summary(step=3, covers=2, text="S")
    full, summed = spec(), spec(context_policy=ContextPolicy.SUMMARY)
    rule = recipe(full.recipe)
    assert rule.prompt(summed, replies) == rule.prompt(full, replies) == rule.prompt(full, replies, {}, summary)
