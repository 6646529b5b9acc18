"""The sentence that says why a task stands still and what to do about it, as a code. Pure."""

from __future__ import annotations

from engine.face import ErrorCode, PauseReason, Phase, State, TaskSnapshot

PAUSES = {
    PauseReason.BUDGET: "error.over_budget",
    PauseReason.PROVIDER: "notice.provider",
    PauseReason.STORAGE: "error.store_failed",
    PauseReason.INTERRUPTION: "notice.interruption",
}


def notice(task: TaskSnapshot) -> str:
    """Return the code of the sentence, empty where nothing needs to be said."""
    reason = task.standing.reason
    match task.state:
        case State.FAILED:
            return f"error.{reason}"
        case State.TIMEOUT:
            return f"notice.timeout_{reason}"
        case State.PAUSED if task.standing.detail == ErrorCode.ASKS_TO_WAIT:
            return f"error.{task.standing.detail}"
        case State.PAUSED if reason in PAUSES:
            return PAUSES[PauseReason(reason)]
        case State.PENDING if task.phase is Phase.AWAITING_CONSENT:
            return "notice.awaiting_consent"
        case _:
            return ""


def urgent(task: TaskSnapshot) -> bool:
    """Whether it is an error rather than a wait."""
    return task.state in (State.FAILED, State.TIMEOUT)
