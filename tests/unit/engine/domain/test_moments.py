"""Times as people type them, and as they are written for them to type again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.domain.moments import deadline, moment, written

ZONE = timezone(timedelta(hours=2))
NOW = round(datetime(2026, 11, 28, 5, 30, tzinfo=UTC).timestamp() * 1000)  # 07:30 in that zone


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("08:00", datetime(2026, 11, 28, 6, 0, tzinfo=UTC)),
        ("07:30", datetime(2026, 11, 29, 5, 30, tzinfo=UTC)),
        (" 7:00 ", datetime(2026, 11, 29, 5, 0, tzinfo=UTC)),
        ("2026-12-01 07:00", datetime(2026, 12, 1, 5, 0, tzinfo=UTC)),
        ("2026-12-01T07:00", datetime(2026, 12, 1, 5, 0, tzinfo=UTC)),
    ],
)
def test_an_hour_is_its_next_one_and_a_date_is_that_day_s(text: str, meant: datetime) -> None:
    """In the zone of the person, whatever the computer's is."""
    assert moment(text, NOW, ZONE) == round(meant.timestamp() * 1000)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-13-01 07:00", "07:00:00", "7"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"time data|remains"):
        moment(text, NOW, ZONE)


def test_what_is_written_can_be_typed() -> None:
    """And means the same."""
    at = moment("2026-12-01 07:00", NOW, ZONE)
    assert written(at, ZONE) == "2026-12-01 07:00"
    assert moment(written(at), NOW) == at


@pytest.mark.parametrize(
    ("text", "after_s"), [("90m", 5400), ("8h", 28_800), (" 1.5h", 5400), ("2d", 172_800), ("13:00", 3600)]
)
def test_a_deadline_is_a_time_or_how_long(text: str, after_s: int) -> None:
    """From now on."""
    now = moment("2026-11-24 12:00", 0, UTC)
    assert deadline(text, now, UTC) - now == after_s * 1000


@pytest.mark.parametrize("text", ["", "soon", "0h", "h", "-1h", "8 h", "2026-11-24 11:59", "3000000d", f"{'9' * 400}h"])
def test_what_is_no_time_to_come_is_no_deadline(text: str) -> None:
    """Nor what is over, or beyond every calendar."""
    with pytest.raises(ValueError):  # noqa: PT011 - any
        deadline(text, moment("2026-11-24 12:00", 0, UTC), UTC)
