"""What the sidebar's lines take in."""

from __future__ import annotations

import pytest

from engine.face import PauseReason, State
from tests.snapshots import snapshot
from ui.tasks.scope import ScopeKind, TaskScope


@pytest.mark.parametrize(
    ("state", "reason", "needs"),
    [
        (State.FAILED, "wrong_key", True),
        (State.TIMEOUT, "step", True),
        (State.PAUSED, PauseReason.BUDGET, True),
        (State.PAUSED, PauseReason.USER, False),
        (State.PAUSED, PauseReason.INTERRUPTION, False),
        (State.RUNNING, "", False),
        (State.COMPLETED, "marker", False),
    ],
)
def test_needs_you(state: State, reason: str, needs: bool) -> None:
    """Only what a person alone can move on needs them."""
    assert TaskScope(ScopeKind.NEEDS_YOU).holds(snapshot(0, state=state, reason=reason)) is needs


@pytest.mark.parametrize("state", [State.PAUSED, State.PENDING, State.CANCELLED, State.COMPLETED])
def test_who_has_to_say_what_an_unknown_attempt_counts_for_is_needed(state: State) -> None:
    """Whatever became of the task."""
    reason = PauseReason.INTERRUPTION if state is State.PAUSED else ""
    assert TaskScope(ScopeKind.NEEDS_YOU).holds(snapshot(0, state=state, reason=reason, undecided=7))


def test_running_takes_in_checkpointing() -> None:
    """A checkpoint is work."""
    assert TaskScope(ScopeKind.STATE, State.RUNNING).holds(snapshot(0, state=State.CHECKPOINTING))
    assert not TaskScope(ScopeKind.STATE, State.PAUSED).holds(snapshot(0, state=State.CHECKPOINTING))


def test_model_and_batch() -> None:
    """By what was asked; the empty batch is no batch."""
    task = snapshot(0, model="gpt-4.1", batch="tickets")
    assert TaskScope(ScopeKind.MODEL, "gpt-4.1").holds(task)
    assert not TaskScope(ScopeKind.MODEL, "gpt-4").holds(task)
    assert TaskScope(ScopeKind.BATCH, "tickets").holds(task)
    assert not TaskScope(ScopeKind.BATCH, "").holds(task)
