"""Clocks."""

from __future__ import annotations

import time

import pytest

from engine.domain.clock import ManualClock, SystemClock


def test_the_system_s_clock_agrees_with_itself() -> None:
    """Wall time in milliseconds since the epoch, monotonic time that goes forward."""
    clock = SystemClock()
    assert abs(clock.wall_ms() / 1000 - time.time()) < 5
    assert clock.monotonic() <= clock.monotonic()


def test_the_day_is_the_person_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """One moment, two places, two dates."""
    moment = 1_795_564_800_000  # 2026-11-25 00:00 UTC
    for zone, day in (("UTC", "2026-11-25"), ("America/New_York", "2026-11-24")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert SystemClock().local_day(moment) == day
    monkeypatch.undo()
    time.tzset()


def test_a_manual_clock_stands_until_it_is_moved() -> None:
    """Both its clocks move together."""
    clock = ManualClock()
    now, wall = clock.monotonic(), clock.wall_ms()
    clock.move(1.5)
    assert (clock.monotonic() - now, clock.wall_ms() - wall) == (1.5, 1500)
