"""A limit a minute that the person set: never more than it in any sixty seconds, by a log of the last minute. Pure.

A bucket that refills would let twice the limit through in its first minute. What is granted and has not left yet
counts, too; what turned out to be more or less than was thought is corrected.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

PERIOD_S = 60.0
MARGIN_S = 0.25
"""Seconds more than the period that something counts: what left later may arrive sooner."""


@dataclass(slots=True, eq=False)
class Spent:
    """What one request takes of the minute; `at` None until it leaves."""

    amount: int
    at: float | None = None
    counts: bool = True


class Minute:
    """What left in the last minute. The limit may change at any time, so it is passed in."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._log: deque[Spent] = deque()
        self._sum = 0

    def wait(self, amount: int, limit: int, now: float) -> float:
        """Return the seconds until `amount` more fits; what is above the whole limit goes when nothing else does."""
        self._forget(now)
        over = self._sum + min(amount, limit) - limit
        if over <= 0:
            return 0.0
        for spent in self._log:
            over -= spent.amount
            if over <= 0 and spent.at is not None:
                return max(0.0, spent.at + PERIOD_S + MARGIN_S - now)
        return PERIOD_S  # what is granted and has not left yet stands in the way

    def grant(self, amount: int) -> Spent:
        """Count a request that may leave."""
        self._sum += amount
        return Spent(amount)

    def left(self, spent: Spent, now: float) -> None:
        """Count its minute from now on."""
        spent.at = now
        self._log.append(spent)

    def correct(self, spent: Spent, amount: int) -> None:
        """Say what it really took."""
        if spent.counts:
            self._sum += amount - spent.amount
            spent.amount = amount

    def take_back(self, spent: Spent) -> None:
        """Forget a request that never left."""
        self._sum -= spent.amount

    def _forget(self, now: float) -> None:
        while self._log and now >= (self._log[0].at or 0.0) + PERIOD_S + MARGIN_S:
            spent = self._log.popleft()
            spent.counts = False
            self._sum -= spent.amount
