"""Is a provider there at all? Opens when it does not answer, and lets one request at a time find out. Pure.

It opens when failures that say "not there" come in a row, without any answer to anybody between: `OPENS_AT` points, of
which a failed connection counts two and all else (5xx, nothing before the first token's deadline, a connection that
ends before it) one. Then everybody waits but one: after `FIRST_S`, and after twice as long each time that fails, up to
a limit of the person's own, with jitter so that many computers do not come back together. Any answer closes it.
(M. Nygard, "Release It!", circuit breaker; half open with a single trial.)
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.clock import Random

OPENS_AT = 5
FIRST_S = 2.0
LONGEST_S = 120.0
"""Between two tries, where the person does not say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No answer."""

    code: str
    """An `ErrorCode`, or a level of time."""
    points: int = 1
    asked_s: float = 0.0
    """Seconds that the server asks to wait."""


class Circuit:
    """Of one provider."""

    def __init__(self, rng: Random) -> None:
        """Begin closed."""
        self._rng = rng
        self._points = 0
        self._tries = 0
        self._next_at: float | None = None
        self._trying = False
        self.code = ""
        """What the last failure was: an `ErrorCode`, or a level of time."""

    @property
    def open(self) -> bool:
        """Whether it does not answer."""
        return self._next_at is not None

    @property
    def next_at(self) -> float | None:
        """When the next request may find out; None where that is under way, or nothing is wrong."""
        return None if self._trying else self._next_at

    def wait(self, now: float) -> float | None:
        """Return the seconds until a request may leave, or None while one is finding out."""
        if self._next_at is None:
            return 0.0
        return None if self._trying else max(0.0, self._next_at - now)

    def sent(self) -> bool:
        """Let a request leave; whether it is the one that finds out."""
        self._trying = self.open
        return self.open

    def answered(self) -> bool:
        """Hear any answer; whether it had been open."""
        was, self._next_at = self.open, None
        self._points = self._tries = 0
        self._trying, self.code = False, ""
        return was

    def failed(self, failure: Failure, now: float, *, tried: bool, longest_s: float) -> bool:
        """Hear that there was no answer, to the one that was to find out where `tried`; whether it is open now."""
        self._points += failure.points
        if self._points < OPENS_AT:
            return False
        self.code = failure.code
        if tried or not self.open:  # others that were under way say nothing new
            self._plan(now, failure.asked_s, longest_s)
        return True

    def came_back(self, now: float) -> None:
        """Hear that the one that was to find out never left, or was cut: let another one."""
        self._trying = False
        if self._next_at is not None:
            self._next_at = min(self._next_at, now)

    def hurry(self, now: float) -> None:
        """Find out now: the person wants to know."""
        if self._next_at is not None and not self._trying:
            self._next_at, self._tries = now, 0

    def _plan(self, now: float, asked_s: float, longest_s: float) -> None:
        wait = min(longest_s, FIRST_S * 2.0 ** min(self._tries, 30))
        self._tries += 1
        self._trying = False
        self._next_at = now + max(min(asked_s, longest_s), wait * (0.5 + self._rng.random() / 2))
