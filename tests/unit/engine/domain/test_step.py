"""Steps and their attempts, as read back."""

from __future__ import annotations

from engine.domain.step import AttemptRecord, AttemptStatus, StepRecord
from tests.stored import intent, outcome, task

TASK = task()


def attempt(number: int, status: AttemptStatus | None, cost: int = 10) -> AttemptRecord:
    """Return an attempt that ended so, or not yet."""
    ended = None if status is None else outcome(TASK, 1, number, status=status, text="t", cost=cost)
    return AttemptRecord(intent=intent(TASK, 1, number), outcome=ended)


def test_an_attempt_without_an_end_is_open() -> None:
    """Its status is told by its outcome."""
    assert attempt(1, None).status is AttemptStatus.OPEN
    assert attempt(1, AttemptStatus.CUT).status is AttemptStatus.CUT


def test_a_step_is_done_by_its_last_attempt() -> None:
    """Accepted, and the last: nothing follows an accepted reply."""
    failed, accepted = attempt(1, AttemptStatus.FAILED), attempt(2, AttemptStatus.ACCEPTED)
    assert StepRecord(number=1, attempts=(failed, accepted)).accepted is accepted.outcome
    assert StepRecord(number=1, attempts=(failed,)).accepted is None
    assert StepRecord(number=1, attempts=(attempt(1, None),)).accepted is None


def test_a_step_costs_all_its_attempts() -> None:
    """Failed ones that were billed, too."""
    step = StepRecord(number=1, attempts=(attempt(1, AttemptStatus.FAILED, 3), attempt(2, AttemptStatus.ACCEPTED, 10)))
    assert step.cost == 13
