"""A task that stands still says what to do."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from engine.face import ErrorCode, Level, PauseReason, Phase, State, TimeLevel
from tests.snapshots import snapshot
from ui.inspector.notice import notice, urgent
from ui.text import load_words

WORDS = load_words()


@pytest.mark.parametrize("code", ErrorCode)
def test_every_failure_has_a_sentence(code: ErrorCode) -> None:
    """Whatever a task failed with."""
    task = snapshot(0, state=State.FAILED, reason=code)
    assert notice(task) in WORDS
    assert urgent(task)


@pytest.mark.parametrize("level", TimeLevel)
def test_every_time_limit_has_a_sentence(level: TimeLevel) -> None:
    """Whichever deadline fired."""
    assert notice(snapshot(0, state=State.TIMEOUT, reason=level)) in WORDS


@pytest.mark.parametrize("reason", [reason for reason in PauseReason if reason is not PauseReason.USER])
def test_every_pause_that_is_not_the_persons_has_a_sentence(reason: PauseReason) -> None:
    """And is no error."""
    task = snapshot(0, state=State.PAUSED, reason=reason)
    assert notice(task) in WORDS
    assert not urgent(task)


def test_a_server_that_asks_to_wait_for_long_is_named() -> None:
    """Not as one that does not answer as it should."""
    task = snapshot(0, state=State.PAUSED, reason=PauseReason.PROVIDER, detail=ErrorCode.ASKS_TO_WAIT)
    assert notice(task) == "error.asks_to_wait"


@pytest.mark.parametrize("level", Level)
def test_every_limit_has_a_sentence_with_what_is_needed(level: Level) -> None:
    """Once that is known; before it, a plainer one."""
    task = snapshot(0, state=State.PAUSED, reason=PauseReason.BUDGET, detail=level)
    assert notice(task) == "error.over_budget"
    needing = replace(task, standing=msgspec.structs.replace(task.standing, needed=5))
    assert "{needed}" not in WORDS(notice(needing), needed="$0.05")
    assert notice(needing) == f"notice.limit_{level}"


def test_a_task_that_has_room_again_says_so() -> None:
    """And no more what stood in its way."""
    task = snapshot(0, state=State.PAUSED, reason=PauseReason.BUDGET, detail=Level.DAY)
    assert notice(replace(task, offered=True)) == "notice.room"


def test_a_fenced_model_has_a_sentence_of_its_own() -> None:
    """Other pauses for a provider keep theirs."""
    task = snapshot(0, state=State.PAUSED, reason=PauseReason.PROVIDER, detail=ErrorCode.FENCED)
    assert notice(task) == "error.fenced"


def test_consent_is_asked_for() -> None:
    """A task that may be billed twice says so."""
    assert notice(snapshot(0, phase=Phase.AWAITING_CONSENT)) in WORDS


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING, State.COMPLETED, State.CANCELLED])
def test_what_goes_well_says_nothing(state: State) -> None:
    """Nor does a pause by the person."""
    assert notice(snapshot(0, state=state)) == ""
    assert notice(snapshot(0, state=State.PAUSED, reason=PauseReason.USER)) == ""
