"""The status of a task in codes."""

from __future__ import annotations

from engine.face import PauseReason, Phase, State
from tests.snapshots import snapshot
from ui.tasks.columns import status_text
from ui.tasks.status import status
from ui.text import load_words


def test_every_state_reason_and_shown_phase_has_words() -> None:
    """What the column says is never a bare code."""
    words = load_words()
    for state in State:
        assert status(snapshot(0, state=state), 0.0).state in words
    for reason in PauseReason:
        assert f"reason.{reason}" in words
    for phase in Phase:
        assert f"phase.{phase}" in words


def test_a_retry_counts_down_in_whole_seconds() -> None:
    """The seconds left are rounded up and never negative."""
    task = snapshot(0, state=State.RUNNING, phase=Phase.RETRYING, phase_until=14.2)
    assert [status(task, now).seconds for now in (10.3, 14.2, 20.0)] == [4, 0, 0]
    assert status_text(task, load_words(), 10.3) == "Running · retry in 4 s"


def test_reasons_stand_beside_states_that_need_one() -> None:
    """A pause by the person explains itself; others say why."""
    words = load_words()
    paused = snapshot(0, state=State.PAUSED, reason=PauseReason.BUDGET)
    assert status_text(paused, words, 0.0) == "Paused · budget"
    assert status_text(snapshot(0, state=State.PAUSED, reason=PauseReason.USER), words, 0.0) == "Paused"
    assert status_text(snapshot(0, state=State.COMPLETED, reason="marker"), words, 0.0) == "Completed"
    assert status_text(snapshot(0, state=State.TIMEOUT, reason="step"), words, 0.0) == "Timed out · step"


def test_what_nobody_has_decided_on_stands_there_with_its_amount() -> None:
    """Before the reason: it is money."""
    task = snapshot(0, state=State.PAUSED, reason=PauseReason.INTERRUPTION, undecided=123 * 10**8)
    assert status_text(task, load_words(), 0.0) == "Paused · $0.0123 unknown"


def test_a_pause_on_its_way_shows() -> None:
    """The wish is seen before it takes effect."""
    task = snapshot(0, state=State.RUNNING, phase=Phase.PAUSING)
    assert status(task, 0.0).note == "phase.pausing"
