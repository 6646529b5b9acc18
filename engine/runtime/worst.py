"""What tasks can cost at most: every step made, every reply as long as it may be, none asked for twice. Pure.

The context grows with each step by a reply and the next prompt, so the input of all steps together is a sum of sums;
a window bounds it, and summing up costs at most what the steps themselves do. It is an amount to look at before a
start, not a limit: what holds is what the ledger admits, call by call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.context_policy import ContextPolicy

if TYPE_CHECKING:
    from engine.cost.port import Price
    from engine.domain.task import TaskSpec
    from engine.recipes.port import Recipe

AROUND = 100
"""Tokens that a step adds besides its reply and its prompt: templates of two messages, and the words of a recipe."""


def worst_case(spec: TaskSpec, recipe: Recipe, price: Price) -> int:
    """Return pico that a task can cost at most; its own budget bounds it."""
    steps = spec.total_steps
    first = sum(len(message.content.encode("utf-8", "replace")) for message in recipe.prompt(spec, ()))
    later = sum(len(prompt.encode("utf-8", "replace")) for prompt in spec.prompts[1:])
    grown = (spec.max_output + AROUND) * exchanges(spec)
    longest = first + later + steps * (spec.max_output + AROUND)
    most = price.up_to(longest).worst(steps * (first + later + AROUND) + grown, steps * spec.max_output)
    if spec.context_policy is ContextPolicy.SUMMARY:
        most *= 2
    return most if spec.budget is None else min(most, spec.budget)


def exchanges(spec: TaskSpec) -> int:
    """Return how many exchanges the prompts of all steps repeat, added up."""
    steps = spec.total_steps
    grows = min(steps, spec.window_steps) if spec.context_policy is ContextPolicy.WINDOW else steps
    return grows * (grows - 1) // 2 + (steps - grows) * grows
