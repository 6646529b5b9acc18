"""An attempt whose end nobody knows: what a person is asked about it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.ids import AttemptId, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownAttempt:
    """It may have been billed, counts as spent, and nobody has decided on it yet."""

    task: TaskId
    step: int
    attempt: AttemptId
    provider: str
    model: str
    amount: int
    """Pico it counts for: what was held."""
    since_ms: int
    """When its request was about to leave."""
    can_ask: bool
    """Whether the provider can tell what it cost."""
