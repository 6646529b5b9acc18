"""Figures keep their form while they change."""

from __future__ import annotations

import pytest

from engine.face import PICO
from ui.tasks import format as figures


@pytest.mark.parametrize(
    ("pico", "digits", "text"),
    [
        (0, 4, "$0.0000"),
        (1_211 * PICO // 1000, 4, "$1.2110"),
        (13_120_400_000_000, 4, "$13.1204"),
        (1_234_567 * PICO, 2, "$1,234,567.00"),
        (PICO // 20_000, 4, "$0.0001"),
        (PICO // 20_001, 4, "<$0.0001"),
        (1, 2, "<$0.01"),
        (-PICO // 2, 2, "-$0.50"),
        (-1, 4, "-<$0.0001"),
        (PICO - 1, 2, "$1.00"),
        (15 * PICO, 0, "$15"),
    ],
)
def test_money(pico: int, digits: int, text: str) -> None:
    """Money has its decimals always, and something is never shown as nothing."""
    assert figures.money(pico, digits) == text


@pytest.mark.parametrize(
    ("pico", "digits", "text"),
    [
        (0, 2, "$0.00"),
        (PICO - 1, 2, "$0.99"),
        (1_999_999 * PICO // 1_000_000, 2, "$1.99"),
        (1, 2, "<$0.01"),
        (23_400 * PICO // 1000, 2, "$23.40"),
        (46_980 * PICO // 1000, 4, "$46.9800"),
    ],
)
def test_what_is_left_never_looks_like_more(pico: int, digits: int, text: str) -> None:
    """Rounded down, and something is still not nothing."""
    assert figures.money_left(pico, digits) == text


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (0, "$0.00"),
        (2 * PICO, "$2.00"),
        (PICO // 80, "$0.0125"),
        (1, "$0.000000000001"),
        (1_234_500 * PICO + PICO // 10, "$1,234,500.10"),
    ],
)
def test_a_limit_shows_all_its_decimals(pico: int, text: str) -> None:
    """What was typed is what is shown."""
    assert figures.exact_money(pico) == text


def test_a_column_of_amounts_keeps_its_decimals() -> None:
    """Right-aligned, the points stand below each other, whatever the amount."""
    amounts = [0, 1, PICO // 3, 17 * PICO, 12_345 * PICO]
    assert {len(figures.money(pico).rpartition(".")[2]) for pico in amounts} == {4}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "—"),
        (0, "0s"),
        (9.99, "9s"),
        (59.999, "59s"),
        (60, "1m 00s"),
        (1308, "21m 48s"),
        (3599.9, "59m 59s"),
        (4320, "1h 12m"),
        (86_400, "1d 00h"),
        (-3, "0s"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    """A duration has its two largest units, never sixty of the smaller."""
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (950, "950"), (1000, "1k"), (1840, "1.8k"), (9990, "10k"), (12_300, "12k"), (3_400_000, "3.4M")],
)
def test_short_count(number: float, text: str) -> None:
    """A short count has at most three digits."""
    assert figures.short_count(number) == text


@pytest.mark.parametrize(("fraction", "text"), [(0, "0%"), (0.455, "45%"), (0.9999, "99%"), (1, "100%"), (0.29, "29%")])
def test_percent_reaches_a_hundred_only_at_the_end(fraction: float, text: str) -> None:
    """Per cent are rounded down, so that 100% is all of it."""
    assert figures.percent(fraction) == text


def test_speed_of_nothing_is_no_number() -> None:
    """What does not flow has no speed, and what flows slowly has one."""
    assert [figures.speed(value) for value in (0.0, 0.3, 88.4, 2140.0)] == ["—", "<1", "88", "2,140"]


def test_other_figures() -> None:
    """Counts, parts, clocks, short times and sizes."""
    assert figures.count(2186) == "2,186"
    assert figures.of(1200, 10_000) == "1,200 / 10,000"
    assert (figures.clock(151), figures.clock(3725)) == ("2:31", "1:02:05")
    assert (figures.seconds(20.44), figures.seconds(None), figures.seconds(120)) == ("20.4 s", "—", "2m 00s")
    assert (figures.size(212_000_000), figures.size(999)) == ("212 MB", "999 B")
    assert (figures.active(0.4), figures.active(11)) == ("—", "11s")
