"""Times of a clock on the wall, as a person types them: "07:00", "2026-12-01 07:00"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

MAX_MOMENT_MS = 253_370_764_800_000
"""The beginning of the year 9999: what calendars can show anywhere."""

FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")


def moment(text: str, now_ms: int, zone: tzinfo | None = None) -> int:
    """Return what `text` means in milliseconds since 1970; an hour alone is its next one.

    In `zone`, the computer's own for None. Raises `ValueError` for what is no time.
    """
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    for form in FORMS:
        try:
            typed = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the zone is the next line's
        except ValueError:
            continue
        return _ms(typed.replace(tzinfo=zone) if zone else typed.astimezone())
    hour = datetime.strptime(text.strip(), "%H:%M")  # noqa: DTZ007 - an hour of any day
    today = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return _ms(today if today > now else today + timedelta(days=1))


UNITS_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def deadline(text: str, now_ms: int, zone: tzinfo | None = None) -> int:
    """Return by when something shall be done: a time as in `moment`, or how long from now ("90m", "8h", "2d").

    Raises `ValueError` for what is neither, is over already, or is beyond the year 9998.
    """
    text = text.strip()
    if text[:-1].replace(".", "", 1).isdecimal() and text[-1] in UNITS_MS:
        at_ms = now_ms + round(min(float(text[:-1]) * UNITS_MS[text[-1]], MAX_MOMENT_MS))
    else:
        at_ms = moment(text, now_ms, zone)
    if not now_ms < at_ms <= MAX_MOMENT_MS:
        raise ValueError(text)
    return at_ms


def written(at_ms: int, zone: tzinfo | None = None) -> str:
    """Return a moment in the form in which it can be typed."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M}"


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
