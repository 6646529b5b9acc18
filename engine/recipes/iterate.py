"""A goal refined step by step until the model says that it is done, or its steps are used up.

The words in capitals go to the model; they are part of the recipe, not of the interface.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.domain.context_policy import Summary
from engine.domain.history import NOTHING_TOLD, Told
from engine.domain.message import Message
from engine.domain.states import CompletionReason
from engine.domain.task import ResultRule, TaskSpec
from engine.recipes.context import facts, form, paragraphs, with_told
from engine.recipes.shortened import messages
from engine.recipes.summing_up import request

MARKER = "[[DONE]]"

RULES = (
    "You work on a task in steps. In each step, give the whole improved result so far, not only what changed. "
    f"When the result is final and nothing is left to improve, end your reply with {MARKER} on a line of its own. "
    "Do not write it before."
)

CONTINUE = "Continue. Improve the result, or finish it."

_MARKED = re.compile(r"(?:^|\n)[ \t>*_`#-]*\[\[DONE\]\][ \t*_`.!]*+\s*+\Z")
"""The marker as the last line, with what Markdown may put around it. Possessive: a run of blanks stays linear."""


class Iterate:
    """See `engine.recipes.port.Recipe`."""

    def prompt(
        self, spec: TaskSpec, replies: Sequence[str], told: Told = NOTHING_TOLD, summary: Summary | None = None
    ) -> tuple[Message, ...]:
        """See `Recipe`."""
        goal = _goal(spec)
        system = paragraphs((spec.system, RULES, form(spec.output_schema)))
        return messages(spec, system, goal, (goal, *(CONTINUE for _ in replies)), replies, told=told, summary=summary)

    def summing_up(
        self, spec: TaskSpec, replies: Sequence[str], told: Told, summary: Summary | None, covers: int
    ) -> tuple[Message, ...]:
        """See `Recipe`."""
        asked = with_told([CONTINUE] * len(replies), told)
        return request(_goal(spec), asked, replies, summary, covers)

    def completion(self, spec: TaskSpec, replies: Sequence[str]) -> CompletionReason | None:
        """See `Recipe`."""
        if replies and _MARKED.search(replies[-1]):
            return CompletionReason.MARKER
        return CompletionReason.MAX_STEPS if len(replies) >= spec.max_steps else None

    def answer(self, spec: TaskSpec, replies: Sequence[str]) -> str:
        """See `Recipe`: the last reply that says something besides the marker."""
        texts = [text for text in map(unmarked, replies) if text]
        if spec.result is ResultRule.JOIN:
            return "\n\n".join(texts)
        return texts[-1] if texts else ""


def _goal(spec: TaskSpec) -> str:
    return paragraphs((spec.goal, facts(spec.context)))


def unmarked(reply: str) -> str:
    """Return a reply without the marker at its end."""
    return _MARKED.sub("", reply).strip()
