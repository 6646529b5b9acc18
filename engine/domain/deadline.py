"""A deadline that runs, as a person sees it: which level, how long it is, how long it has left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.ids import TaskId
    from engine.domain.states import TimeLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One level of the attempt in flight of a task. Seconds are of active time."""

    task: TaskId
    step: int
    attempt: int
    """Number within the step, from 1."""
    level: TimeLevel
    limit_s: float | None
    """With what was granted; None where a person lifted it."""
    left_s: float | None
    """Until it fires, were nothing else to happen; 0 where it is due. None where it was lifted."""
