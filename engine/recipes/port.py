"""The port of recipes: pure functions from what was asked and what was answered to what is asked next.

A recipe does no I/O, holds no state and knows nothing of providers, money or time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.domain.context_policy import Summary
from engine.domain.history import NOTHING_TOLD, Told
from engine.domain.message import Message
from engine.domain.states import CompletionReason
from engine.domain.task import TaskSpec


class Recipe(Protocol):
    """How a task chooses its next prompt, knows that it is done, and what its answer is."""

    def prompt(
        self, spec: TaskSpec, replies: Sequence[str], told: Told = NOTHING_TOLD, summary: Summary | None = None
    ) -> tuple[Message, ...]:
        """Return the messages of step `len(replies) + 1`; the prefix shared with the step before is byte-identical.

        That holds with the context policy *full*, and with others between two evictions. `summary` is the one in force.

        What a step was `told` stands at the end of its question, there and in the prompts of all steps after it.
        Where there is no such step, they end with the last reply.
        """
        ...

    def summing_up(
        self, spec: TaskSpec, replies: Sequence[str], told: Told, summary: Summary | None, covers: int
    ) -> tuple[Message, ...]:
        """Return the messages that ask for a summary of the first `covers` exchanges, from an earlier one on."""
        ...

    def completion(self, spec: TaskSpec, replies: Sequence[str]) -> CompletionReason | None:
        """Return why the task is done after `replies`, or None when it goes on."""
        ...

    def answer(self, spec: TaskSpec, replies: Sequence[str]) -> str:
        """Return the result so far, as Markdown, without any marker of the recipe's own."""
        ...
