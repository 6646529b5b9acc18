"""Meters say what the ledger says."""

from __future__ import annotations

from engine.face import PICO, Totals
from tests.snapshots import snapshot
from ui.cost.figures import Spending, of_task, today


def test_today() -> None:
    """Spent, held and what is left of the day's limit."""
    spending = today(Totals(spent_today=15 * PICO, held_today=PICO, day_limit=40 * PICO))
    assert (spending.free, spending.spent_part, spending.held_part) == (24 * PICO, 0.375, 0.025)
    assert spending.colour == "completed"


def test_without_a_limit_there_is_no_part() -> None:
    """What has no end has no percentage."""
    spending = today(Totals(spent_today=15 * PICO))
    assert (spending.free, spending.spent_part) == (None, 0.0)
    assert spending.colour == "completed"


def test_a_budget_of_nothing_is_full() -> None:
    """Zero is a limit like any other."""
    spending = of_task(snapshot(0, budget=0))
    assert (spending.free, spending.spent_part, spending.colour) == (0, 1.0, "failed")


def test_more_than_the_limit_leaves_nothing() -> None:
    """A provider that billed above its hold does not make what is left negative."""
    assert Spending(spent=3, held=1, limit=2).free == 0


def test_it_warns_before_the_end() -> None:
    """Near the limit, then at it."""
    assert [Spending(spent=spent, limit=100).colour for spent in (84, 85, 100)] == ["completed", "paused", "failed"]
