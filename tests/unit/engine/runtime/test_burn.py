"""How fast money goes."""

from __future__ import annotations

from engine.runtime.burn import Burn


def test_a_speed_is_read_over_the_last_minutes() -> None:
    """An amount an hour; nothing of what is older."""
    burn = Burn()
    for second in range(0, 600, 10):
        burn.add(5, float(second))
    assert abs(burn.per_hour(600.0) - 1800) <= 60
    assert burn.per_hour(2000.0) == 0


def test_the_first_reply_is_no_speed() -> None:
    """It is read as one of at least a minute."""
    burn = Burn()
    assert burn.per_hour(0.0) == 0
    burn.add(1000, 100.0)
    assert burn.per_hour(100.5) == 60_000
