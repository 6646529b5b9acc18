"""The battery's short form, and the proof that it can fail."""

from __future__ import annotations

from collections import Counter

from tests.crash.__main__ import found
from tests.crash.battery import Battery, Plan, Tally
from tests.crash.portions import portions


async def test_nothing_acknowledged_paid_or_limited_is_harmed_by_kills() -> None:
    """Twelve kills, half at named points: no step lost or repeated, no request uncounted, no budget passed."""
    tally = await Battery(Plan(runs=12, seed=3)).run()
    assert tally.kills == 12 and sum(tally.points.values()) == tally.random == 6
    assert tally.acked > 50
    assert not any(found(tally).values()), tally.faults


def test_a_long_run_is_as_many_kills_in_portions_that_draw_anew() -> None:
    """And what they found is put together, each fault once."""
    parts = list(portions(Plan(runs=250, seed=7, mutant="ack_first")))
    assert [part.runs for part in parts] == [100, 100, 50]
    assert [part.seed for part in parts] == [7, 8, 9] and {part.mutant for part in parts} == {"ack_first"}
    tally = Tally()
    for _ in range(2):
        part = Tally(kills=3, random=1, acked=9, sets=1, points=Counter(admitted=2))
        part.faults.over_budget.add("task")
        tally.add(part)
    assert (tally.kills, tally.random, tally.acked, tally.sets, tally.points["admitted"]) == (6, 2, 18, 2, 4)
    assert tally.faults.number == 1


async def test_acknowledging_before_the_commit_is_caught() -> None:
    """The same battery finds lost steps when the writer says "durable" too early: seen in every few dozen kills."""
    for seed in range(3, 11):
        tally = await Battery(Plan(runs=12, seed=seed, mutant="ack_first")).run()
        if tally.faults.acked_lost:
            return
    raise AssertionError("a hundred kills found nothing")
