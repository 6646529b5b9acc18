"""The battery's short form, and the proof that it can fail."""

from __future__ import annotations

import asyncio

import pytest

from tests.mutants.registry import caught_by, mutated
from tests.property.money.play import Plan, Play

CAUGHT_BY = {
    "float_money": "wrong",
    "check_then_hold": "over",
    "release_on_timeout": "below",
    "double_settle": "wrong",
    "cap_at_hold": "below",
    "jump_the_queue": "overtaken",
    "lost_grant": "held",
    "lost_wakeup": "left",
    "budget_of_what_is_held": "over",
}


def test_no_order_of_events_makes_the_ledger_lie() -> None:
    """Twenty thousand admissions by two thousand callers: never below what was billed, never above a limit."""
    tally = asyncio.run(Play(Plan(admissions=20_000, seed=5)).run())
    assert tally.admitted >= 20_000
    assert min(tally.waited, tally.refused, tally.cancelled, tally.taken_back, tally.overbilled, tally.corrected) > 0
    assert not +tally.faults


@pytest.mark.parametrize("name", caught_by("money"))
def test_a_fault_put_in_is_caught(name: str) -> None:
    """By the count that is there for it."""
    with mutated(name):
        tally = asyncio.run(Play(Plan(admissions=6_000, seed=5)).run())
    assert tally.faults[CAUGHT_BY[name]]
