"""Where a task stands by its records alone. `tests/property/test_engine_machine.py` holds it against real journals."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.domain.errors import ErrorCode
from engine.domain.states import CompletionReason, PauseReason, State
from engine.domain.step import AttemptStatus, Flag, Note, NoteKind, Record
from engine.store.fold import disagreements, folded
from engine.store.reading import created
from tests.stored import CREATED_AT, correction, fork, intent, note, outcome, standing, task

ONE = task()


def steps(count: int) -> list[Record]:
    """Return the records of a new task with accepted steps."""
    made: list[Record] = [created(ONE)]
    for step in range(1, count + 1):
        made += [intent(ONE, step), outcome(ONE, step)]
    return made


def test_steps_money_and_tokens_add_up() -> None:
    """As the engine writes them with each record."""
    assert disagreements(standing(3), folded(steps(3))) == ()
    assert disagreements(replace(standing(3), spent=1, output_tokens=0), folded(steps(3))) == ("spent", "output_tokens")


def test_a_note_of_a_state_says_state_and_reason() -> None:
    """And a resume answers what was unknown."""
    unknown = replace(outcome(ONE, 1, status=AttemptStatus.UNKNOWN, text=""), flags=(Flag.ASSUMED,))
    paused = [created(ONE), intent(ONE), unknown, note(ONE, "paused:user")]
    fold = folded(paused)
    assert fold.sure and (fold.standing.state, fold.standing.reason) == (State.PAUSED, PauseReason.USER)
    assert (fold.standing.unknown, fold.standing.assumed) == (1, 1_000)
    assert folded([*paused, note(ONE, "pending")]).standing.unknown == 0


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING])
def test_what_is_said_to_a_task_that_waits_leaves_open_whether_it_had_begun(state: State) -> None:
    """It runs without a record until its first request: a kill in between is no damage."""
    waits = [created(ONE), note(ONE, "paused:user"), note(ONE, "pending")]
    assert folded(waits).sure
    told = [*waits, Note(task=ONE.id, kind=NoteKind.INSTRUCTION, text="Shorter.", at_ms=CREATED_AT)]
    stands = replace(folded(told).standing, state=state)
    assert disagreements(stands, folded(told)) == ()


def test_the_reply_that_completes_says_so() -> None:
    """Older records do not: their state is not compared."""
    done = replace(outcome(ONE), completes=str(CompletionReason.MARKER))
    assert folded([created(ONE), intent(ONE), done]).standing.state is State.COMPLETED
    assert not folded(steps(1)).sure


def test_a_correction_counts_instead() -> None:
    """The last word on what an attempt cost."""
    fold = folded([*steps(2), correction(ONE, 1, 7), correction(ONE, 1, 9, before=7)])
    assert fold.standing.spent == 1_009


def test_a_fork_begins_with_its_parent_s_steps_and_a_restore_goes_back() -> None:
    """Steps are what the context has."""
    back = Note(task=ONE.id, kind=NoteKind.RESTORED, figures={"step": 1}, at_ms=CREATED_AT)
    fold = folded([fork(ONE, ("a", "b")), created(ONE), intent(ONE, 3), outcome(ONE, 3)])
    assert fold.standing.steps_done == 3
    assert folded([*steps(3), back]).standing.steps_done == 1


def test_what_was_cut_off_stays_counted() -> None:
    """To the last pico, which no float would keep."""
    amount = 9_007_199_254_740_993
    cut = Note(task=ONE.id, kind=NoteKind.RECOVERED, code=str(amount), at_ms=CREATED_AT)
    fold = folded([*steps(1), cut])
    assert (fold.standing.state, fold.standing.reason) == (State.FAILED, ErrorCode.STORE_DAMAGED)
    assert fold.standing.spent == amount + 1_000
