"""Who waits for money: calls in the order they came, and a line of them for each account.

A line is a heap whose answered members drop out when they are met, so that joining, looking and leaving cost no more
than its logarithm, however many wait.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.cost.port import Hold, Level, Scope
from engine.domain.money import MOST_COUNTED

ROOM = 32
"""Entries of a line before those that were answered are looked for."""


@dataclass(slots=True, eq=False)
class Account:
    """One scope's figures, in pico, and who waits for it."""

    scope: Scope
    spent: int = 0
    held: int = 0
    limit: int | None = None
    """As it was set."""
    bound: int | None = field(init=False)
    """As it holds: everything together has one always, so that no sum leaves 64 bits."""
    lacking: Line = field(default_factory=lambda: Line(lambda waiter: waiter.arrival))
    """Who found too little here, first come first: they bar later ones."""
    hoping: Line = field(default_factory=lambda: Line(lambda waiter: -waiter.worst))
    """All who wait and need this account, the dearest first: it is the first to lose hope."""

    def __post_init__(self) -> None:
        """Begin with the limit."""
        self.set_limit(self.limit)

    def set_limit(self, limit: int | None) -> None:
        """Change the limit."""
        self.limit = self.bound = limit
        if self.scope.level is Level.EVERYTHING:
            self.bound = MOST_COUNTED if limit is None else min(limit, MOST_COUNTED)

    @property
    def free(self) -> int | None:
        """What could still be spent if nothing were held; None without a bound."""
        return None if self.bound is None else self.bound - self.spent

    def fits(self, worst: int) -> bool:
        """Whether a call fits in beside what is held."""
        return self.bound is None or self.spent + self.held + worst <= self.bound

    def lets_in(self, worst: int, arrival: float = float("inf")) -> bool:
        """Whether a call fits in, and nobody who came before it lacks money here."""
        if self.bound is None:
            return True
        first = self.lacking.first()
        return (first is None or first.arrival >= arrival) and self.fits(worst)


@dataclass(slots=True, eq=False)
class Waiter:
    """A call that waits for other calls' holds to end."""

    arrival: int
    scopes: tuple[Scope, ...]
    accounts: tuple[Account, ...]
    worst: int
    lacks: set[Account] = field(default_factory=set[Account])
    """Accounts in whose lines it stands: it keeps a place that it took."""
    admitted: asyncio.Future[Hold] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def join(self) -> bool:
        """Take a place in the line of every account that does not let it in; whether there was one."""
        barred = [each for each in self.accounts if not each.lets_in(self.worst, self.arrival)]
        for account in barred:
            if account not in self.lacks:
                self.lacks.add(account)
                account.lacking.add(self)
        return bool(barred)


class Line:
    """Waiters ordered by a figure; one that was answered is in it no more."""

    def __init__(self, figure: Callable[[Waiter], int]) -> None:
        """Begin empty."""
        self._figure = figure
        self._heap: list[tuple[int, int, Waiter]] = []
        self._room = ROOM

    def add(self, waiter: Waiter) -> None:
        """Let one join."""
        if len(self._heap) >= self._room:
            self._heap = [entry for entry in self._heap if not entry[2].admitted.done()]
            heapq.heapify(self._heap)
            self._room = max(ROOM, 2 * len(self._heap))
        heapq.heappush(self._heap, (self._figure(waiter), waiter.arrival, waiter))

    def first(self) -> Waiter | None:
        """Return who is first, or None."""
        while self._heap and self._heap[0][2].admitted.done():
            heapq.heappop(self._heap)
        return self._heap[0][2] if self._heap else None
