"""A step that waits for its person: which ones do, and what is put before the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.domain.ids import AttemptId, TaskId

if TYPE_CHECKING:
    from engine.domain.task import TaskSpec


def asks(spec: TaskSpec, step: int) -> bool:
    """Whether the reply of a step (1-based) waits for a yes before anything follows from it."""
    return step in spec.review_after or (spec.review_every > 0 and step % spec.review_every == 0)


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to decide on, and what a yes leads to."""

    task: TaskId
    attempt: AttemptId
    """What a decision is bound to."""
    step: int
    text: str
    """The reply, as the model said it; hostile text."""
    cost: int
    """Pico of the step, with all its attempts."""
    next_prompt: str = ""
    """What is asked next; empty where the task is done."""
    completes: str = ""
    """A `CompletionReason` where the task is done with a yes."""
    worst: int | None = None
    """Pico that the next request may cost at most; None where nobody can say."""
