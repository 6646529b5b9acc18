"""The context policy *summary*: when the beginning of a task is summed up, how much of it, and how that is asked. Pure.

It is asked of a model in a prompt of its own, since it may be another model than the task's. The last exchange is never
summed up: a recipe that improves a result has it there whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.context_policy import ContextPolicy, Summary
from engine.domain.message import Message
from engine.domain.task import TaskSpec
from engine.recipes.context import paragraphs

KEPT = 1
"""Exchanges at the end that stay as they are."""

WORTH_IT = 4
"""What is summed up is at least such a part of the prompt, while the rest has room: a summary costs as a step does."""

ROOM_PART = 8
"""Of a context, the part that a reply needs at the least: small models give no more."""

RULES = (
    "You keep the notes of a long task that is worked on in steps. Write a summary that can stand in the place of the "
    "exchanges below for whoever goes on: what was decided and why, facts, figures and names, what is still open, and "
    "the result as it stands. Leave out nothing that the work needs, and repeat nothing. Answer with the summary alone."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """How full a prompt makes a context. Tokens, as expected."""

    prompt: int
    """Of the next step."""
    exchanges: tuple[int, ...]
    """Of each exchange so far, first to last."""
    covered: int
    """Exchanges that a summary stands for already."""
    context: int
    """What the model of the step holds, reply and all."""
    summing: int
    """What fits into a prompt to whoever sums up, beside what is always in it."""


def due(spec: TaskSpec, fill: Fill) -> int:
    """Return how many of the first exchanges to sum up before the next step; 0 for none.

    As many as whoever sums up can read at once. More than a reply may then still be too long: it is due again.
    """
    able = len(fill.exchanges) - KEPT
    if spec.context_policy is not ContextPolicy.SUMMARY or able <= fill.covered or fill.prompt <= _most(spec, fill):
        return 0
    gain = sum(fill.exchanges[fill.covered : able])
    if gain * WORTH_IT < fill.prompt and fill.prompt + fill.context // ROOM_PART <= fill.context:
        return 0
    covers, read = fill.covered, 0
    while covers < able and (read := read + fill.exchanges[covers]) <= fill.summing:
        covers += 1
    return max(covers, fill.covered + 1)


def _most(spec: TaskSpec, fill: Fill) -> int:
    """Return the tokens that a prompt may have: the share, and no more than leaves room for a reply of a usual size."""
    share = round(spec.summary_share * fill.context)
    rest = fill.context - spec.max_output
    return min(share, rest) if rest >= share // 2 else share


def request(
    pinned: str, asked: Sequence[str], replies: Sequence[str], summary: Summary | None, covers: int
) -> tuple[Message, ...]:
    """Return the prompt that asks for a summary of the first `covers` exchanges, from an earlier one on."""
    done = summary.covers if summary else 0
    before = f"Summary of the first {done} exchanges:\n{summary.text}" if summary else ""
    turns = (
        f"Exchange {number}, asked:\n{asked[number - 1]}\n\nExchange {number}, answered:\n{replies[number - 1]}"
        for number in range(done + 1, covers + 1)
    )
    said = paragraphs((f"The task:\n{pinned}" if pinned else "", before, *turns))
    return Message(role="system", content=RULES), Message(role="user", content=said)
