"""Figures as people read them: money, durations, counts. Pure; words (but units) are not made here.

Each kind of figure keeps its number of decimals while it changes, so that a column of them never jitters.
"""

from __future__ import annotations

from datetime import UTC, datetime

from engine.face import PICO

NONE = "—"
"""Stands for a figure that does not exist or is not known."""

DECIMALS = 12
"""Of a dollar, as the engine counts."""

MINUTE, HOUR, DAY = 60, 3600, 86_400


def money(pico: int, digits: int = 4) -> str:
    """Return dollars with `digits` decimals ("$1.2110"); what is not nothing is never shown as nothing."""
    unit = PICO // 10**digits
    return _signed(pico, (abs(pico) + unit // 2) // unit, digits)


def money_left(pico: int, digits: int = 2) -> str:
    """Return dollars that may still be spent, rounded down: what looks as if it were there is there."""
    return _signed(pico, abs(pico) * 10**digits // PICO, digits)


def decimals(whole: int) -> int:
    """Return how many decimals say enough of parts of `whole`: cents of dollars, hundredths of cents below one."""
    return 4 if 0 < whole < PICO else 2


def exact_money(pico: int, digits: int = 2) -> str:
    """Return a limit: with all the decimals it has, and `digits` at least ("$2.00", "$0.0125")."""
    while digits < DECIMALS and pico * 10**digits % PICO:
        digits += 1
    return money(pico, digits)


def _signed(pico: int, units: int, digits: int) -> str:
    sign = "-" if pico < 0 else ""
    if pico and not units:
        return f"{sign}<${_dollars(1, digits)}"
    return f"{sign}${_dollars(units, digits)}"


def _dollars(units: int, digits: int) -> str:
    whole, part = divmod(units, 10**digits)
    return f"{whole:,}.{part:0{digits}d}" if digits else f"{whole:,}"


def count(number: int) -> str:
    """Return a number with its thousands apart ("2,186")."""
    return f"{number:,}"


def short_count(number: float) -> str:
    """Return about three digits of a number ("950", "1.8k", "12k", "3.4M"): axes and lists."""
    if number < 1000:
        return f"{number:.0f}"
    for unit in ("k", "M"):
        number /= 1000
        if number < 10 and f"{number:.1f}" != "10.0":
            return f"{number:.1f}{unit}".replace(".0", "")
        if number < 1000 or unit == "M":
            return f"{number:,.0f}{unit}"
    raise AssertionError


def speed(per_s: float) -> str:
    """Return tokens a second ("88", "2,140"); nothing when none flow."""
    if per_s <= 0:
        return NONE
    return "<1" if per_s < 1 else f"{per_s:,.0f}"


def percent(fraction: float) -> str:
    """Return whole per cent, rounded down: "100%" is shown only for all of it."""
    return f"{int(max(0.0, fraction) * 100 + 1e-9)}%"


def duration(seconds: float | None) -> str:
    """Return the two largest units ("9s", "21m 48s", "1h 12m", "2d 03h"), rounded down."""
    if seconds is None:
        return NONE
    s = int(max(0.0, seconds))
    if s < MINUTE:
        return f"{s}s"
    if s < HOUR:
        return f"{s // MINUTE}m {s % MINUTE:02d}s"
    if s < DAY:
        return f"{s // HOUR}h {s % HOUR // MINUTE:02d}m"
    return f"{s // DAY}d {s % DAY // HOUR:02d}h"


def active(seconds: float) -> str:
    """Return time worked; nothing before the first second."""
    return duration(seconds) if seconds >= 1 else NONE


def seconds(value: float | None) -> str:
    """Return a short time with a tenth ("20.4 s"), a long one as `duration`."""
    if value is None:
        return NONE
    return f"{value:.1f} s" if value < 100 else duration(value)


def ago(seconds: float) -> str:
    """Return how long ago something was ("0 s", "59 s", "1m 00s")."""
    return f"{int(max(0.0, seconds))} s" if seconds < MINUTE else duration(seconds)


def hour(at_ms: int, now_s: float) -> str:
    """Return a time to come: its hour where that is less than a day away, else its day ("07:00", "1 Dec")."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()
    return f"{at:%H:%M}" if at_ms / 1000 - now_s < DAY else f"{at.day} {at:%b}"


def clock(seconds: float) -> str:
    """Return time left as a clock ("2:31", "1:02:05")."""
    s = int(max(0.0, seconds))
    hours, minutes, rest = s // HOUR, s % HOUR // MINUTE, s % MINUTE
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def of(done: int, total: int) -> str:
    """Return a part of a whole ("18 / 40")."""
    return f"{done:,} / {total:,}"


def size(number: int) -> str:
    """Return bytes ("212 MB")."""
    value, units = float(number), ("B", "kB", "MB", "GB", "TB")
    for unit in units[:-1]:
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} {units[-1]}"
