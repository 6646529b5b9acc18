"""What is read out of records: money by day and batch, replies without a gap, points that are still ones."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ledger_entry import EntryKind
from engine.domain.step import AttemptStatus, Flag, NoteKind, Record
from engine.store.reading import (
    attempts_of,
    checkpoints_of,
    ledger_entries,
    point_of,
    replies_of,
    spending_of,
    steps_of,
)
from tests.stored import HELD, checkpoint, correction, fork, intent, note, outcome, task

ONE = task(batch="b")


def made(step: int, number: int = 1, *, text: str = "", **fields: object) -> list[Record]:
    """Return an attempt and its outcome."""
    ended = outcome(ONE, step, number, text=text or f"Reply {step}.")
    return [intent(ONE, step, number), replace(ended, **fields)]


def restored(step: int) -> Record:
    """Return the note that a task went back."""
    return replace(note(ONE, ""), kind=NoteKind.RESTORED, figures={"step": step})


def test_an_attempt_counts_at_its_last_correction_its_outcome_or_its_hold() -> None:
    """On the day on which it was made, whenever the correction came."""
    records = [
        *made(1, cost=1_000),
        *made(2, cost=500),
        intent(ONE, 3, day="2026-11-25"),
        correction(ONE, 1, 400),
        correction(ONE, 1, 7, before=400),
    ]
    assert [attempt.cost for attempt in attempts_of(records)] == [7, 500, HELD]
    spending = spending_of(attempts_of(records))
    assert (spending.total, spending.batches) == (507 + HELD, {"b": 507 + HELD})
    assert spending.days == {"2026-11-24": 507, "2026-11-25": HELD}


def test_what_a_ledger_says_adds_up_to_what_was_spent() -> None:
    """Each correction is an entry of its own, by the difference; what is in flight has a hold and no cost yet."""
    records = [*made(1, cost=1_000), correction(ONE, 1, 400), correction(ONE, 1, 700, before=400), intent(ONE, 2)]
    entries = list(ledger_entries(ONE.id, "A title", records))
    assert [(entry.kind, entry.cost, entry.held) for entry in entries] == [
        (EntryKind.ATTEMPT, 1_000, HELD),
        (EntryKind.CORRECTION, -600, 0),
        (EntryKind.CORRECTION, 300, 0),
        (EntryKind.ATTEMPT, 0, HELD),
    ]
    (end,) = list(ledger_entries(ONE.id, "A title", records, sound=False))[4:]
    assert end.kind is EntryKind.DAMAGED


def test_a_step_has_all_its_attempts_and_the_reply_that_was_accepted() -> None:
    """In the order of steps, whatever failed before."""
    failed = made(1, 1, status=AttemptStatus.FAILED, text="Half")
    records = [*failed, *made(1, 2, text="Whole"), *made(2)]
    assert [len(step.attempts) for step in steps_of(records)] == [2, 1]
    assert replies_of(records) == ("Whole", "Reply 2.")


def test_what_came_after_a_restored_step_is_no_context_any_more() -> None:
    """What was made again is; and what it cost is spent."""
    records = [*made(1), *made(2), *made(3), restored(1), *made(2, 2, text="Anew")]
    assert replies_of(records) == ("Reply 1.", "Anew")
    assert [attempt.superseded for attempt in attempts_of(records)] == [False, True, True, False]
    assert spending_of(attempts_of(records)).total == 4 * 1_000


def test_a_fork_that_went_back_has_no_more_of_its_parent_than_it_went_back_to() -> None:
    """Once for all: going forward again is by its own steps."""
    records = [fork(ONE, ("a", "b", "c")), restored(1), *made(2), restored(2)]
    assert replies_of(records) == ("a", "Reply 2.")


@pytest.mark.parametrize(
    "records",
    [
        [*made(1), *made(2, flags=(Flag.DROPPED,))],
        [replace(fork(ONE, ("a",)), step=2)],
    ],
)
def test_a_context_is_never_silently_shorter(records: list[Record]) -> None:
    """A reply that was dropped to save room, also one of a parent, is an error."""
    with pytest.raises(DroverError) as caught:
        replies_of(records)
    assert caught.value.code is ErrorCode.TEXT_DROPPED


def test_points_behind_a_restored_step_are_gone() -> None:
    """One at the same step that came later is found, at its own place, with what was edited since."""
    records = [*made(1), checkpoint(ONE, 1), *made(2), checkpoint(ONE, 2), restored(1), *made(2, 2, text="Anew")]
    assert [point.step for point in checkpoints_of(records)] == [1]
    with pytest.raises(DroverError) as caught:
        point_of(records, 2, lambda _: None)
    assert caught.value.code is ErrorCode.NO_CHECKPOINT
    records += [checkpoint(ONE, 2), replace(note(ONE), kind=NoteKind.EDITED)]
    point = point_of(records, 2, lambda place: bytes([place]))
    assert (point.place, point.hash, point.edited) == (10, bytes([10]), True)
    assert point.replies == ("Reply 1.", "Anew")
