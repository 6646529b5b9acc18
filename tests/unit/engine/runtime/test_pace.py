"""How often a beat comes, from what the last ones cost."""

from __future__ import annotations

import pytest

from engine.runtime.pace import Pace


def pace() -> Pace:
    """Return a pace of a beat a second for 5 % of a core."""
    return Pace(beat_s=1.0, share=0.05, saved_s=0.5)


def test_cheap_beats_come_at_their_time() -> None:
    """At the bound, too."""
    beats = pace()
    assert [beats.wait(0.05, 1.0) for _ in range(100)] == pytest.approx([1.0] * 100)


def test_dear_beats_come_farther_apart() -> None:
    """Each waits until it is paid for."""
    beats, since = pace(), 1.0
    for _ in range(20):
        since = beats.wait(0.2, since)
    assert since == pytest.approx(4.0)


def test_a_dear_beat_after_cheap_ones_costs_no_lag() -> None:
    """What was not used is saved, up to a bound; a debt is waited off."""
    beats = pace()
    for _ in range(100):
        assert beats.wait(0.01, 1.0) == 1.0
    assert beats.wait(0.5, 1.0) == 1.0
    assert beats.wait(0.2, 1.0) == pytest.approx(3.0)
    assert beats.wait(0.05, 1_000.0) == 1.0
