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

COUNTED_DOWN = frozenset({Phase.RETRYING, Phase.WAITING_RATE_LIMIT, Phase.WAITING_PROVIDER})
"""Phases that say how long they last; all but a try of a provider that does not answer know it."""

PROVIDERS = frozenset(
    {ErrorCode.FENCED, ErrorCode.WRONG_KEY, ErrorCode.NO_KEY, ErrorCode.NO_CREDIT, ErrorCode.ASKS_TO_WAIT}
)
"""Details of a provider's pause that say more than that it was the provider."""

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
    if task.phase in COUNTED_DOWN:
        return _counted_down(task, now)
    if task.phase is Phase.SCHEDULED:
        return Status(str(state), f"state.{state}", f"phase.{task.phase}", at_ms=task.spec.not_before_ms)
    if task.phase in SHOWN_PHASES:
        return Status(str(state), f"state.{state}", f"phase.{task.phase}")
    if task.standing.undecided:
        return Status(str(state), f"state.{state}", "note.unknown", amount=sum(task.standing.undecided.values()))
    reason = task.standing.detail if task.standing.detail in PROVIDERS else task.standing.reason
    if state in REASONED and reason and reason != "user":
        return Status(str(state), f"state.{state}", f"reason.{reason}")
    return Status(str(state), f"state.{state}")


def _counted_down(task: TaskSnapshot, now: float) -> Status:
    until = task.phase_until
    state, note = f"state.{task.state}", f"phase.{task.phase}"
    if until is None:
        return Status("retrying", state, f"{note}_now")
    return Status("retrying", state, note, max(0, math.ceil(until - now)))
