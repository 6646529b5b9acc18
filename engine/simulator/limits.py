"""Limits that a server has and does not tell: what it refuses, what its headers say, how it slows down. Pure.

Either a bucket that refills all the time, as OpenAI describes its own, or a count that begins anew each minute.
"""

from __future__ import annotations

from dataclasses import dataclass

PERIOD_S = 60.0
HURRY_S = 1.0
"""Seconds that are asked to wait for where only the requests at once are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenLimits:
    """What a server takes. None is no limit."""

    at_once: int | None = None
    requests: int | None = None
    """A minute."""
    tokens: int | None = None
    """A minute: the prompt and the longest reply that is asked for."""
    refills: bool = True
    headers: bool = True
    retry_after: bool = True
    slows_at: int | None = None
    """Requests at once beyond which all of them take longer, more than in proportion."""


UNLIMITED = HiddenLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Too many."""

    what: str
    retry_after_s: float


class _Allowed:
    """So many a minute."""

    def __init__(self, limit: int, *, refills: bool) -> None:
        self._limit = limit
        self._refills = refills
        self._left = float(limit)
        self._at: float | None = None

    def wait(self, amount: int, now: float) -> float:
        """Return the seconds until `amount` is there; 0 when it is."""
        self._pass(now)
        missing = min(amount, self._limit) - self._left
        if missing <= 0:
            return 0.0
        return missing * PERIOD_S / self._limit if self._refills else self._full_s(now)

    def take(self, amount: int) -> None:
        self._left -= amount

    def headers(self, of: str, now: float) -> dict[str, str]:
        return {
            f"x-ratelimit-limit-{of}": str(self._limit),
            f"x-ratelimit-remaining-{of}": str(max(0, int(self._left))),
            f"x-ratelimit-reset-{of}": written(self._full_s(now)),
        }

    def _full_s(self, now: float) -> float:
        if self._refills:
            return (self._limit - self._left) * PERIOD_S / self._limit
        return PERIOD_S - (now - (self._at or now))

    def _pass(self, now: float) -> None:
        before = now if self._at is None else self._at
        if self._refills:
            self._left = min(self._limit, self._left + (now - before) * self._limit / PERIOD_S)
            self._at = now
        elif self._at is None or now - before >= PERIOD_S:
            self._left, self._at = float(self._limit), before + (now - before) // PERIOD_S * PERIOD_S


class Limiter:
    """Counts what comes."""

    def __init__(self, limits: HiddenLimits) -> None:
        """Begin with all of it there."""
        self._limits = limits
        self.under_way = 0
        self._allowed = {
            of: _Allowed(limit, refills=limits.refills)
            for of, limit in (("requests", limits.requests), ("tokens", limits.tokens))
            if limit is not None
        }

    def arrive(self, tokens: int, now: float) -> Refusal | None:
        """Take a request on, or refuse it; who is taken on must `leave`."""
        at_once = self._limits.at_once
        if at_once is not None and self.under_way >= at_once:
            return Refusal(what="concurrent requests", retry_after_s=HURRY_S)
        amounts = {"requests": 1, "tokens": tokens}
        for of, allowed in self._allowed.items():
            if (wait := allowed.wait(amounts[of], now)) > 0:
                return Refusal(what=f"{of} per minute", retry_after_s=wait)
        for of, allowed in self._allowed.items():
            allowed.take(amounts[of])
        self.under_way += 1
        return None

    def leave(self) -> None:
        """End a request that was taken on."""
        self.under_way -= 1

    def headers(self, now: float, refusal: Refusal | None = None) -> dict[str, str]:
        """Return what the answer's headers say."""
        said: dict[str, str] = {}
        if self._limits.headers:
            for of, allowed in self._allowed.items():
                said |= allowed.headers(of, now)
        if refusal is not None and self._limits.retry_after:
            said["retry-after-ms"] = str(max(1, round(refusal.retry_after_s * 1000)))
        return said

    @property
    def slowness(self) -> float:
        """How many times as long everything takes."""
        knee = self._limits.slows_at
        return 1.0 if knee is None else 1.0 + (self.under_way / knee) ** 2


def written(seconds: float) -> str:
    """Return seconds as OpenAI writes them: "120ms", "17.5s", "6m0s"."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))}ms"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}m{rest:.0f}s" if minutes else f"{rest:.3f}s"
