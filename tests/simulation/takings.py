"""The money as the servers have it: what they took, and the most that what is under way can still cost.

It is held against every limit in the moment in which a request arrives, without asking the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.cost.port import Level, Scope
from engine.domain.step import Intent
from engine.runtime.accounts import EVERYTHING


class Takings:
    """Sums by account, in pico."""

    def __init__(self) -> None:
        """Begin with nothing taken."""
        self.limits: dict[Scope, int | None] = {}
        """As the person set them; a day's is looked up without its date."""
        self.taken: Counter[Scope] = Counter()
        self._open: Counter[Scope] = Counter()

    def arrived(self, intent: Intent) -> Iterator[Scope]:
        """Take note of a request; yield the limits that it may pass."""
        for scope in scopes(intent):
            self._open[scope] += intent.held
            limit = self.limit(scope)
            if limit is not None and self.taken[scope] + self._open[scope] > limit:
                yield scope

    def ended(self, intent: Intent, billed: int) -> None:
        """Take note of what a request that had arrived cost."""
        for scope in scopes(intent):
            self._open[scope] -= intent.held
            self.taken[scope] += billed

    def limit(self, scope: Scope) -> int | None:
        """Return what holds for an account."""
        if scope.level is Level.DAY:
            scope = Scope(Level.DAY, "")
        return self.limits.get(scope)


def scopes(intent: Intent) -> tuple[Scope, ...]:
    """Return the accounts in which a call counts."""
    batch = (Scope(Level.BATCH, intent.batch),) if intent.batch else ()
    return (Scope(Level.TASK, intent.task), *batch, Scope(Level.DAY, intent.day), EVERYTHING)
