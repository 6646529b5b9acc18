"""The sentence that says why a task stands still and what to do about it, as a code. Pure."""

from __future__ import annotations

from engine.face import ErrorCode, Level, PauseReason, Phase, State, TaskSnapshot

PAUSES = {
    PauseReason.BUDGET: "error.over_budget",
    PauseReason.PROVIDER: "notice.provider",
    PauseReason.STORAGE: "error.store_failed",
    PauseReason.INTERRUPTION: "notice.interruption",
    PauseReason.REVIEW: "notice.review",
    PauseReason.LOOP: "notice.loop",
}


LIMITS = frozenset(Level)
TOLD = frozenset({ErrorCode.ASKS_TO_WAIT, ErrorCode.FENCED, ErrorCode.WRONG_KEY, ErrorCode.NO_KEY, ErrorCode.NO_CREDIT})
"""Details of a provider's pause that have a sentence of their own."""


def notice(task: TaskSnapshot) -> str:
    """Return the code of the sentence, empty where nothing needs to be said."""
    reason = task.standing.reason
    match task.state:
        case State.FAILED:
            return f"error.{reason}"
        case State.TIMEOUT:
            return f"notice.timeout_{reason}"
        case State.PAUSED if task.offered:
            return "notice.room"
        case State.PAUSED if reason in PAUSES:
            return _known(task) or PAUSES[PauseReason(reason)]
        case State.PENDING if task.phase is Phase.AWAITING_CONSENT:
            return "notice.awaiting_consent"
        case _:
            return ""


def _known(task: TaskSnapshot) -> str:
    """Return what is known beyond the reason of a pause: which limit, or what is the matter with the provider."""
    reason, detail = task.standing.reason, task.standing.detail
    if reason == PauseReason.BUDGET and detail in LIMITS and task.standing.needed:
        return f"notice.limit_{detail}"
    return f"error.{detail}" if reason == PauseReason.PROVIDER and detail in TOLD else ""


def urgent(task: TaskSnapshot) -> bool:
    """Whether it is an error rather than a wait."""
    return task.state in (State.FAILED, State.TIMEOUT)
