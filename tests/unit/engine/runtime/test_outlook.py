"""When all will be done: never from nothing, never before the last hour that somebody set."""

from __future__ import annotations

import pytest

from engine.runtime.outlook import Outlook


def test_nothing_is_known_before_a_step_was_done() -> None:
    """Nor where nothing is left."""
    outlook = Outlook()
    assert outlook.end(4) is None
    outlook.waits(10)
    assert outlook.end(4) is None


def test_the_longest_task_or_the_work_by_places_whichever_is_more() -> None:
    """Ten tasks of ten seconds in two places take fifty; one of a hundred takes that."""
    outlook = Outlook()
    outlook.past(20.0, 20)
    for _ in range(10):
        outlook.waits(10)
    assert outlook.end(2) == pytest.approx(50.0)
    outlook.begun(100.0)
    assert outlook.end(2) == pytest.approx(100.0)


def test_a_task_that_waits_for_its_hour_ends_after_it() -> None:
    """And takes no place until then."""
    outlook = Outlook()
    outlook.past(20.0, 20)
    outlook.begun(30.0)
    outlook.waits(5, wait_s=3_600.0)
    assert outlook.end(1) == pytest.approx(3_605.0)
