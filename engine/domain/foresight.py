"""What a task, or many, will come to: expected cost and time, each with the span that holds four times of five."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Pico, or seconds of work."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """With what was spent and worked already."""

    cost: Span | None = None
    """None where nothing tells: `most` is all that is known."""
    seconds: Span | None = None
    most: int | None = None
    """Pico that it can cost at most; None where no price is known."""
    tasks: int = 0
    """Finished tasks that it is told from; 0 where the task's own steps tell it, or nothing."""
    full_at: int = 0
    """The first step, 1-based, whose prompt is expected not to fit into the model's context; 0 for none."""
