"""What the world knows of one task: what is durable of it, who let it run, what its servers took."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.domain.ids import AttemptId
from engine.domain.states import TRANSITIONS, Event, State, TimeLevel
from engine.domain.step import Intent
from engine.domain.task import MULTIPLIER, Standing, TaskSpec, TimeLimits

SILENT = (Event.START, Event.CHECKPOINT, Event.SAVED)
"""Events that need no record of their own: the next one carries them."""


def _moves() -> dict[State, frozenset[State]]:
    """Return where one record may bring a task, by where it was."""
    quiet = {state: {state} for state in State}
    for _ in SILENT:
        for reached in quiet.values():
            reached |= {
                after for (before, event), after in TRANSITIONS.items() if before in reached and event in SILENT
            }
    return {
        state: frozenset({after for (before, _), after in TRANSITIONS.items() if before in reached} | reached)
        for state, reached in quiet.items()
    }


MOVES = _moves()


@dataclass(slots=True, eq=False)
class Book:
    """One task. Times are virtual seconds, money is in pico."""

    spec: TaskSpec
    standing: Standing
    intent: Intent | None = None
    """Of the attempt that is open, durable."""
    before: Standing | None = None
    """The standing recorded with it."""
    replies: list[str] = field(default_factory=list[str])
    """Texts of the accepted steps, first to last, as the network gave them out."""
    billed: int = 0
    costs: int = 0
    """Sum of what its attempts count for."""
    changed_at: float = 0.0
    still_at_change: float = 0.0
    admitted_at: float = 0.0
    still_at_admission: float = 0.0
    stopped: bool = False
    """Whether its person stopped it and nobody has let it run since."""
    not_before: float = 0.0
    """When its server lets it come again, where it said so."""
    unknown: set[AttemptId] = field(default_factory=set[AttemptId])

    def base(self, level: TimeLevel) -> float:
        """Return the limit at a level, without what was granted."""
        limits: TimeLimits = self.spec.limits
        if level in (TimeLevel.FIRST_TOKEN, TimeLevel.SILENCE):
            return float(getattr(limits, level))
        return float(getattr(limits, level) or float("inf")) * MULTIPLIER[self.spec.complexity]
