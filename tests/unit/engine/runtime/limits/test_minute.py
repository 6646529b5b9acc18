"""A limit a minute that the person set."""

from __future__ import annotations

import random

from engine.runtime.limits.minute import MARGIN_S, PERIOD_S, Minute


def test_never_more_than_the_limit_in_any_minute() -> None:
    """By a witness that counts each window of sixty seconds."""
    chance, minute, now, left = random.Random(1), Minute(), 0.0, list[tuple[float, int]]()
    for _ in range(500):
        amount = chance.randint(1, 40)
        now += chance.random()
        now += minute.wait(amount, 300, now)
        assert minute.wait(amount, 300, now) == 0.0
        minute.left(minute.grant(amount), now)
        left.append((now, amount))
        assert sum(each for at, each in left if at > now - PERIOD_S) <= 300


def test_what_never_left_and_what_was_less_makes_room() -> None:
    """And what is above the whole limit goes alone."""
    minute = Minute()
    granted = minute.grant(90)
    assert minute.wait(20, 100, 0.0) == PERIOD_S
    minute.left(granted, 0.0)
    assert minute.wait(20, 100, 10.0) == PERIOD_S + MARGIN_S - 10.0
    minute.correct(granted, 30)
    assert minute.wait(20, 100, 10.0) == 0.0
    minute.take_back(minute.grant(70))
    assert minute.wait(70, 100, 10.0) == 0.0
    assert minute.wait(1000, 100, 10.0) > 0
    assert minute.wait(1000, 100, 100.0) == 0.0
    minute.correct(granted, 5)  # its minute is over
    assert minute.wait(100, 100, 100.0) == 0.0
