"""The time limits of a command line: LEVEL=SECONDS, or LEVEL=none where a level can do without."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from app.cli.report import wrong
from engine.domain.task import TimeLimits

NONE = "none"


def limits_of(given: Sequence[str]) -> TimeLimits:
    """Return the limits with what was given; what was not said stays as the defaults have it. Raises `CommandError`."""
    found: dict[str, float | None] = {}
    for each in given:
        level, _, seconds = each.partition("=")
        level = level.strip().replace("-", "_")
        if level not in TimeLimits.__struct_fields__:
            raise _wrong(each)
        found[level] = _seconds(each, level, seconds.strip())
    return replace(TimeLimits(), **found)


def _seconds(given: str, level: str, seconds: str) -> float | None:
    if seconds == NONE and getattr(TimeLimits(), level) is None:
        return None
    try:
        return float(seconds)
    except ValueError:
        raise _wrong(given) from None


def _wrong(given: str) -> Exception:
    return wrong("bad_time", text=given, levels=", ".join(TimeLimits.__struct_fields__))
