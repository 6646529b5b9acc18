"""What servers say of what is left, kept up between their answers."""

from __future__ import annotations

import pytest

from engine.domain.allowance import Allowance
from engine.runtime.limits.reported import PATIENCE_S, Reported


def test_a_silent_server_is_waited_for_by_nobody() -> None:
    """Nor one that says only its limit."""
    reported = Reported()
    reported.take(Allowance(limit=5), sent_then=1, now=0.0)
    assert reported.wait(1, sent=100, now=0.0) == 0.0
    assert not reported.speaks


def test_a_steady_server_gives_back_all_the_time() -> None:
    """600 a minute are 10 a second; what was sent since counts."""
    reported = Reported()
    reported.take(Allowance(limit=600, remaining=10, reset_s=59.0), sent_then=100, now=0.0)
    assert reported.wait(1, sent=105, now=0.0) == 0.0
    assert reported.wait(1, sent=110, now=0.0) == pytest.approx(0.1)
    assert reported.wait(1, sent=110, now=0.5) == 0.0
    assert reported.wait(10_000, sent=100, now=0.0) == pytest.approx(59.0)


def test_a_server_that_counts_by_windows_gives_nothing_before_its_reset() -> None:
    """Then all of it."""
    reported = Reported()
    reported.take(Allowance(limit=600, remaining=0, reset_s=20.0), sent_then=100, now=0.0)
    assert reported.empty
    assert reported.wait(1, sent=100, now=5.0) == pytest.approx(15.0)
    assert reported.wait(1, sent=100, now=20.0) == 0.0
    assert reported.wait(1, sent=699, now=20.0) == 0.0
    assert reported.wait(1, sent=700, now=20.0) == pytest.approx(60.0)


def test_an_older_answer_says_nothing_new() -> None:
    """Answers overtake each other."""
    reported = Reported()
    reported.take(Allowance(limit=10, remaining=0, reset_s=30.0), sent_then=10, now=0.0)
    reported.take(Allowance(limit=10, remaining=9, reset_s=30.0), sent_then=1, now=1.0)
    assert reported.wait(1, sent=10, now=1.0) > 0


def test_absurd_words_lock_nobody_out() -> None:
    """A reset in a day is tried after minutes, by one request; who says nothing is left for ever is not believed."""
    reported = Reported()
    reported.take(Allowance(limit=600, remaining=0, reset_s=86_400.0), sent_then=1, now=0.0)
    assert reported.wait(1, sent=1, now=0.0) == PATIENCE_S
    assert reported.wait(1, sent=1, now=PATIENCE_S) == 0.0
    assert reported.wait(1, sent=2, now=PATIENCE_S) > 0
    now = PATIENCE_S
    for number in (2, 3):
        reported.take(Allowance(limit=600, remaining=0, reset_s=0.5), sent_then=number, now=now)
        now += 1.0
        reported.wait(1, sent=number, now=now)
    assert not reported.speaks
    assert reported.wait(1, sent=1000, now=now) == 0.0
