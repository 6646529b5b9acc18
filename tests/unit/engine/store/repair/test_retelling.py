"""What only the table of attempts still tells becomes records again: each amount on its day, once."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.step import AttemptStatus, Correction, Flag, Intent, Origin, Outcome
from engine.domain.task import Standing
from engine.store.repair.attempts import AttemptRow, attempts_by
from engine.store.repair.remains import Remains, TaskRow
from engine.store.repair.retelling import Money, after, is_new, retold
from engine.store.rows import PLACES
from tests.stored import DAY, HELD, intent, outcome, task

AT_MS = 9
NO = 1


def remains(*records: Intent | Outcome, attempts: list[AttemptRow]) -> Remains:
    """Return a task of which these records hold, beside these rows of attempts."""
    rows = [(NO * PLACES + place, 0, 0, b"", b"", None, None, None, None) for place in range(1, len(records) + 1)]
    return Remains(TaskRow(NO, task().id), rows=list(rows), records=list(records), attempts=attempts)


def rows_of(*records: Intent | Outcome) -> list[AttemptRow]:
    """Return the rows of attempts that records come to."""
    return attempts_by(NO, records)


FIRST = (intent(task(), 1), outcome(task(), 1))
SECOND = (intent(task(), 2), outcome(task(), 2, cost=7_000))


def test_what_holds_is_told_once() -> None:
    """Nothing is added to records that are all there."""
    assert retold(remains(*FIRST, attempts=rows_of(*FIRST)), AT_MS) == []


def test_an_attempt_that_is_cut_off_is_told_anew() -> None:
    """With its day, its model, what was held and what it cost; without a reply it is no step."""
    asked, ended = retold(remains(*FIRST, attempts=rows_of(*FIRST, *SECOND)), AT_MS)
    assert isinstance(asked, Intent) and isinstance(ended, Outcome)
    assert (asked.attempt, asked.day, asked.model, asked.held) == (SECOND[0].attempt, DAY, "m", HELD)
    assert (ended.status, ended.error, ended.cost) == (AttemptStatus.FAILED, ErrorCode.STORE_DAMAGED, 7_000)
    assert asked.at_ms == ended.at_ms == AT_MS


def test_one_that_was_in_flight_counts_at_its_hold() -> None:
    """As assumed, and in no sum yet."""
    rows = rows_of(*FIRST, SECOND[0])
    found = remains(*FIRST, attempts=rows)
    _, ended = retold(found, AT_MS)
    assert isinstance(ended, Outcome) and (ended.cost, ended.flags) == (HELD, (Flag.ASSUMED,))
    assert [is_new(row, found) for row in rows] == [False, True]


def test_an_end_that_is_cut_off_is_told_alone() -> None:
    """The intent is still there."""
    (ended,) = retold(remains(*FIRST, SECOND[0], attempts=rows_of(*FIRST, *SECOND)), AT_MS)
    assert isinstance(ended, Outcome) and (ended.attempt, ended.cost) == (SECOND[0].attempt, 7_000)


@pytest.mark.parametrize(("cost", "told"), [(5_000, 5_000), (10, None)])
def test_of_two_amounts_the_larger_one_counts(cost: int, told: int | None) -> None:
    """A correction upwards that is cut off is entered again, one downwards is not."""
    (row,) = rows_of(*FIRST)
    more = retold(remains(*FIRST, attempts=[(*row[:12], cost, row[13])]), AT_MS)
    amounts = [(each.before, each.amount, each.by) for each in more if isinstance(each, Correction)]
    assert amounts == ([] if told is None else [(1_000, told, Origin.REPAIR)])


def test_the_standing_follows() -> None:
    """Spent, assumed and the number of attempts; never the steps."""
    more: list[Money] = retold(remains(*FIRST, attempts=rows_of(*FIRST, *SECOND, intent(task(), 3))), AT_MS)
    now = after(Standing(steps_done=1, spent=1_000, attempts=1), more)
    assert (now.steps_done, now.attempts, now.spent, now.assumed) == (1, 3, 8_000 + HELD, HELD)
