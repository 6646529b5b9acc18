"""What the Status column says of a task, as codes: which colour, which word, which reason. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.face import ErrorCode, Phase, State, TaskSnapshot

SHOWN_PHASES = frozenset(
    {
        Phase.AWAITING_CONSENT,
        Phase.WAITING_SLOT,
        Phase.WAITING_HELD,
        Phase.RETRYING,
        Phase.PAUSING,
        Phase.CANCELLING,
    }
)
"""Phases a person acts on or wonders about; the others pass too quickly to be read."""

REASONED = frozenset({State.PAUSED, State.FAILED, State.TIMEOUT})
"""States whose reason stands beside them; a completed task's is in its inspector."""


@dataclass(frozen=True, slots=True)
class Status:
    """`colour` is a token; `state` and `note` are codes of words, `note` empty where nothing is to be added."""

    colour: str
    state: str
    note: str = ""
    seconds: int | None = None
    """Seconds until the retry."""
    at_ms: int | None = None
    """Wall time at which it starts."""
    amount: int | None = None
    """Pico of attempts whose end nobody knows and on which nobody has decided."""


def status(task: TaskSnapshot, now: float) -> Status:
    """Return the status of a task at monotonic time `now`."""
    state = task.state
    if task.phase is Phase.RETRYING:
        until = task.phase_until
        left = None if until is None else max(0, math.ceil(until - now))
        return Status("retrying", f"state.{state}", f"phase.{task.phase}", left)
    if task.phase is Phase.SCHEDULED:
        return Status(str(state), f"state.{state}", f"phase.{task.phase}", at_ms=task.spec.not_before_ms)
    if task.phase in SHOWN_PHASES:
        return Status(str(state), f"state.{state}", f"phase.{task.phase}")
    if task.standing.undecided:
        return Status(str(state), f"state.{state}", "note.unknown", amount=sum(task.standing.undecided.values()))
    reason = ErrorCode.FENCED if task.standing.detail == ErrorCode.FENCED else task.standing.reason
    if state in REASONED and reason and reason != "user":
        return Status(str(state), f"state.{state}", f"reason.{reason}")
    return Status(str(state), f"state.{state}")
