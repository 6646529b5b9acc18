"""The battery's short form, and the proof that it can fail."""

from __future__ import annotations

from tests.crash.__main__ import found
from tests.crash.battery import Battery, Plan


async def test_nothing_acknowledged_paid_or_limited_is_harmed_by_kills() -> None:
    """Twelve kills, half at named points: no step lost or repeated, no request uncounted, no budget passed."""
    tally = await Battery(Plan(runs=12, seed=3)).run()
    assert tally.kills == 12 and sum(tally.points.values()) == tally.random == 6
    assert tally.acked > 50
    assert not any(found(tally).values()), tally.faults


async def test_acknowledging_before_the_commit_is_caught() -> None:
    """The same battery finds lost steps when the writer says "durable" too early: seen in every few dozen kills."""
    for seed in range(3, 11):
        tally = await Battery(Plan(runs=12, seed=seed, mutant="ack_first")).run()
        if tally.faults.acked_lost:
            return
    raise AssertionError("a hundred kills found nothing")
