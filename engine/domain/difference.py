"""What lies between two checkpoints of a task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain.step import AttemptRecord, Checkpoint
from engine.domain.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The results at two checkpoints, and what it took to come from the earlier to the later."""

    first: Checkpoint
    second: Checkpoint
    first_text: str
    """The answer as it was at the first; hostile text."""
    second_text: str
    attempts: int
    """Made for the steps between, without those a restoring left behind."""
    cost: int
    """Pico of these attempts, as they count now."""
    input_tokens: int
    output_tokens: int
    seconds: float
    """Of requests in flight."""


def difference(
    points: tuple[Checkpoint, Checkpoint], texts: tuple[str, str], attempts: Iterable[AttemptRecord]
) -> Difference:
    """Return what lies between two checkpoints, earlier first, from all attempts of the task."""
    first, second = points
    made = [a for a in attempts if a.outcome and not a.superseded and first.step < a.intent.step <= second.step]
    ended = [attempt.outcome for attempt in made if attempt.outcome]
    used = [outcome.usage or Usage() for outcome in ended]
    return Difference(
        first=first,
        second=second,
        first_text=texts[0],
        second_text=texts[1],
        attempts=len(made),
        cost=sum(attempt.cost for attempt in made),
        input_tokens=sum(usage.input for usage in used),
        output_tokens=sum(usage.output for usage in used),
        seconds=sum(outcome.duration_s for outcome in ended),
    )
