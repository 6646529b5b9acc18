"""The context policies *window* and *summary*: what a prompt leaves out, and what stands in its place. Pure.

The goal stays, and so does all that a person told the task. The last exchange stays, too. What is left out is decided
by the number of exchanges or by a summary that was recorded, and by nothing else, so that a prompt that is made anew
after a restart is the same, byte for byte, and so that between two evictions each prompt begins with the one before.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.context_policy import ContextPolicy, Summary
from engine.domain.history import Told
from engine.domain.message import Message
from engine.domain.task import TaskSpec
from engine.recipes.context import conversation, instructions, paragraphs, with_told

LEFT_OUT = "The first {count} exchanges of this conversation are left out here."
SUMMED_UP = "The first {count} exchanges of this conversation are left out here. A summary of them:"


def evicted(window: int, exchanges: int) -> int:
    """Return how many of the first exchanges a window of so many leaves out: half a window at a time."""
    block = max(1, window // 2)
    return block * max(0, -((window - exchanges) // block))


def left_out(spec: TaskSpec, exchanges: int, summary: Summary | None) -> int:
    """Return how many of the first exchanges a prompt of this task leaves out."""
    if spec.context_policy is ContextPolicy.WINDOW:
        return evicted(spec.window_steps, exchanges)
    if spec.context_policy is ContextPolicy.SUMMARY and summary is not None:
        return min(summary.covers, exchanges)
    return 0


def messages(
    spec: TaskSpec,
    system: str,
    pinned: str,
    asked: Sequence[str],
    replies: Sequence[str],
    *,
    told: Told,
    summary: Summary | None,
) -> tuple[Message, ...]:
    """Return a prompt as the task's policy has it.

    `asked` has a question for each reply and the next one; `pinned` is what of the first question always stays.
    """
    gone = left_out(spec, len(replies), summary)
    questions = with_told(asked, told)
    if not gone:
        return conversation(system, questions, replies)
    kept = [instruction for step in range(1, gone + 1) for instruction in instructions(told, step)]
    first = paragraphs((pinned, *kept, _stands_for(spec, gone, summary), *questions[gone : gone + 1]))
    return conversation(system, (first, *questions[gone + 1 :]), replies[gone:])


def _stands_for(spec: TaskSpec, gone: int, summary: Summary | None) -> str:
    """Return what is said in the place of the exchanges that are left out."""
    if spec.context_policy is ContextPolicy.SUMMARY and summary is not None:
        return f"{SUMMED_UP.format(count=gone)}\n{summary.text}"
    return LEFT_OUT.format(count=gone)
