"""Reads the headers in which servers say how much more they take. Pure; never raises, whatever stands in them.

OpenAI's (`x-ratelimit-limit-requests`, `-remaining-`, `-reset-`, the same for tokens), with times such as "6m0s",
"120ms" or plain seconds, and Anthropic's (`anthropic-ratelimit-…`), with times by RFC 3339. Other servers write
`x-ratelimit-limit`, `-remaining`, `-reset` for requests, the reset in seconds or as a time since the epoch.
(OpenAI, "Rate limits", platform.openai.com/docs/guides/rate-limits; Anthropic, "Rate limits", docs.anthropic.com.)
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime

from engine.domain.allowance import SILENT, Allowance, RateReport

MAX_COUNT = 10**12
"""A larger allowance is none of a server's in its right mind: as good as not said."""
MAX_RESET_S = 86_400.0
"""A reset further away is told as this one."""
LONGEST = 64
"""Characters of a value that are looked at."""
EPOCH_S = 1_000_000_000.0
"""Seconds beyond which a plain number is a time since 1970, not from now."""

_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d{1,15}(?:\.\d{0,15})?)(ms|us|µs|ns|d|h|m|s)", re.ASCII)
_PREFIXES = ("x-ratelimit-{part}-{of}", "anthropic-ratelimit-{of}-{part}")
_BARE = "x-ratelimit-{part}"


def read_report(headers: Mapping[str, str], now_ms: int) -> RateReport:
    """Return what `headers` (lower-case names) say, as far as they say it sanely."""
    if not any("ratelimit" in name for name in headers):
        return SILENT
    requests = _allowance(headers, "requests", now_ms)
    if not requests.says:
        requests = _by_names(headers, {part: _BARE.format(part=part) for part in _PARTS}, now_ms)
    tokens = _allowance(headers, "tokens", now_ms)
    return RateReport(requests=requests, tokens=tokens)


_PARTS = ("limit", "remaining", "reset")


def _allowance(headers: Mapping[str, str], of: str, now_ms: int) -> Allowance:
    for prefix in _PREFIXES:
        found = _by_names(headers, {part: prefix.format(part=part, of=of) for part in _PARTS}, now_ms)
        if found.says:
            return found
    return Allowance()


def _by_names(headers: Mapping[str, str], names: Mapping[str, str], now_ms: int) -> Allowance:
    limit = count(headers.get(names["limit"], ""))
    remaining = count(headers.get(names["remaining"], ""))
    if remaining is not None and limit == 0:  # a limit of nothing beside an answer is nonsense
        return Allowance()
    reset_s = until(headers.get(names["reset"], ""), now_ms)
    return Allowance(limit=limit, remaining=remaining, reset_s=reset_s)


def count(text: str) -> int | None:
    """Return a count: none for what is no number or absurd, 0 for less than nothing."""
    try:
        number = float(text[:LONGEST])
    except ValueError:
        return None
    if not math.isfinite(number) or number > MAX_COUNT:
        return None
    return max(0, int(number))


def until(text: str, now_ms: int) -> float | None:
    """Return seconds from now: "6m0s", "120ms", "17.5", a time since the epoch, or one by RFC 3339."""
    text = text.strip()[:LONGEST]
    seconds = _duration(text)
    if seconds is None:
        seconds = _moment(text, now_ms)
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), MAX_RESET_S)


def _duration(text: str) -> float | None:
    parts = _PART.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    return None


def _moment(text: str, now_ms: int) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return _date(text, now_ms)
    if number > EPOCH_S * 1000:
        return (number - now_ms) / 1000
    return number - now_ms / 1000 if number > EPOCH_S else number


def _date(text: str, now_ms: int) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.timestamp() - now_ms / 1000 if moment.tzinfo is not None else None
    except (ValueError, OverflowError, OSError):
        return None
