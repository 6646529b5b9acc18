"""A list of prompts, asked in order, each seeing the replies before it."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.context_policy import Summary
from engine.domain.history import NOTHING_TOLD, Told
from engine.domain.message import Message
from engine.domain.states import CompletionReason
from engine.domain.task import ResultRule, TaskSpec
from engine.recipes.context import facts, form, paragraphs, with_told
from engine.recipes.shortened import messages
from engine.recipes.summing_up import request


class Pipeline:
    """See `engine.recipes.port.Recipe`. A goal, where there is one, goes before the first prompt."""

    def prompt(
        self, spec: TaskSpec, replies: Sequence[str], told: Told = NOTHING_TOLD, summary: Summary | None = None
    ) -> tuple[Message, ...]:
        """See `Recipe`."""
        first, *rest = spec.prompts[: len(replies) + 1]
        goal = _goal(spec)
        asked = (paragraphs((goal, first)), *rest)
        return messages(spec, _system(spec), goal, asked, replies, told=told, summary=summary)

    def summing_up(
        self, spec: TaskSpec, replies: Sequence[str], told: Told, summary: Summary | None, covers: int
    ) -> tuple[Message, ...]:
        """See `Recipe`."""
        return request(_goal(spec), with_told(spec.prompts[: len(replies)], told), replies, summary, covers)

    def completion(self, spec: TaskSpec, replies: Sequence[str]) -> CompletionReason | None:
        """See `Recipe`."""
        return CompletionReason.END_OF_PIPELINE if len(replies) >= len(spec.prompts) else None

    def answer(self, spec: TaskSpec, replies: Sequence[str]) -> str:
        """See `Recipe`."""
        texts = [reply.strip() for reply in replies if reply.strip()]
        if spec.result is ResultRule.JOIN:
            return "\n\n".join(texts)
        return texts[-1] if texts else ""


def _goal(spec: TaskSpec) -> str:
    return paragraphs((spec.goal, facts(spec.context)))


def _system(spec: TaskSpec) -> str:
    """Return the person's own words as they are, and the form of the answer below them where one is asked for."""
    return paragraphs((spec.system, form(spec.output_schema))) if spec.output_schema else spec.system
