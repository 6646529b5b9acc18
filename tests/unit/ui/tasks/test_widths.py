"""Columns fill the room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.tasks.widths import fit

WANTED, SHARES, LEAST = [200, 80, 100, 60], [3, 0, 1, 0], [90, 80, 50, 60]


def test_what_is_left_over_goes_by_share() -> None:
    """Columns without a share keep their width."""
    assert fit(WANTED, SHARES, LEAST, 480) == [230, 80, 110, 60]


def test_what_lacks_is_taken_down_to_the_least() -> None:
    """One column at its least lets the others give more; then it is scrolled."""
    assert fit(WANTED, SHARES, LEAST, 300) == [95, 80, 65, 60]
    assert fit(WANTED, SHARES, LEAST, 282) == [90, 80, 52, 60]
    assert fit(WANTED, SHARES, LEAST, 100) == LEAST


@given(st.integers(0, 4000))
def test_all_room_is_used_and_no_column_vanishes(room: int) -> None:
    """Widths add up to the room wherever they can."""
    widths = fit(WANTED, SHARES, LEAST, room)
    assert sum(widths) == max(room, sum(LEAST))
    assert all(width >= least for width, least in zip(widths, LEAST, strict=True))
