"""Which tasks the table is about: what the sidebar chooses. Qt-free, so that the order can apply it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.face import PauseReason, State, TaskSnapshot

LIVE = frozenset({State.RUNNING, State.CHECKPOINTING})
NEEDS_YOU = frozenset(
    {PauseReason.BUDGET, PauseReason.PROVIDER, PauseReason.STORAGE, PauseReason.REVIEW, PauseReason.LOOP}
)
"""Reasons of PAUSED that only a person can remove."""


class ScopeKind(StrEnum):
    """What a scope goes by."""

    ALL = "all"
    NEEDS_YOU = "needs_you"
    STATE = "state"
    MODEL = "model"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class TaskScope:
    """One line of the sidebar; `value` is a state, a model or a batch ("" is no batch), else empty."""

    kind: ScopeKind = ScopeKind.ALL
    value: str = ""

    def holds(self, task: TaskSnapshot) -> bool:
        """Whether a task belongs to it. RUNNING takes in CHECKPOINTING: to a person both are at work."""
        match self.kind:
            case ScopeKind.ALL:
                return True
            case ScopeKind.NEEDS_YOU:
                return needs_you(task)
            case ScopeKind.STATE:
                return task.state == self.value or (self.value == State.RUNNING and task.state in LIVE)
            case ScopeKind.MODEL:
                return task.spec.model == self.value
            case ScopeKind.BATCH:
                return task.spec.batch == self.value


ALL_TASKS = TaskScope()


def needs_you(task: TaskSnapshot) -> bool:
    """Whether a task waits for the person, as `Totals.needs_you` counts it."""
    state = task.state
    if task.standing.undecided:
        return True
    if state is State.PAUSED:
        return task.standing.reason in NEEDS_YOU
    return state is State.FAILED or state is State.TIMEOUT
