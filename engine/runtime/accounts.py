"""Which limits apply to which call: the ledger's scopes for tasks, days, months and everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cost.port import Balance, Ledger, Level, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.clock import Clock
    from engine.domain.ids import TaskId
    from engine.domain.step import Intent
    from engine.runtime.record import TaskRecord
    from engine.store.port import Spending

EVERYTHING = Scope(Level.EVERYTHING, "")


class Accounts:
    """Opens the ledger's scopes from what the store says was spent, and new ones as days and months begin."""

    def __init__(self, ledger: Ledger, clock: Clock, limits: Mapping[Level, int | None]) -> None:
        """Use `limits` (pico) for every day, every month and everything."""
        self._ledger = ledger
        self._clock = clock
        self._limits = dict(limits)
        self._own: dict[Scope, int | None] = {}
        """Limits of one account and no other: a batch's."""
        self._days: dict[str, int] = {}
        self._opened: set[Scope] = set()

    def restore(self, spending: Spending, budgets: Mapping[tuple[str, str], int]) -> None:
        """Start from what was spent before, and from the budgets of batches."""
        self._days = dict(spending.days)
        batches = ((key, amount) for (level, key), amount in budgets.items() if level == Level.BATCH)
        self._own = {Scope(Level.BATCH, key): amount for key, amount in batches}
        self._ledger.open(EVERYTHING, spent=spending.total, limit=self._limits.get(Level.EVERYTHING))
        for batch in {*spending.batches, *(scope.key for scope in self._own)}:
            self._open(Scope(Level.BATCH, batch), spending.batches.get(batch, 0))

    def add(self, record: TaskRecord) -> None:
        """Open a task's own account."""
        scope = Scope(Level.TASK, record.id)
        self._ledger.open(scope, spent=record.standing.spent, limit=record.spec.budget)

    def remove(self, task: TaskId) -> None:
        """Close a task's own account; what it spent stays in all others."""
        self._ledger.forget(Scope(Level.TASK, task))

    def scopes(self, record: TaskRecord) -> tuple[Scope, ...]:
        """Return the accounts that a task's next call counts in."""
        day, month = self.day(), self.month()
        batch = (Scope(Level.BATCH, record.spec.batch),) if record.spec.batch else ()
        for scope in batch:
            self._open(scope, 0)
        return (Scope(Level.TASK, record.id), *batch, day, month, EVERYTHING)

    def day(self) -> Scope:
        """Return the account of the present local day."""
        return self._day(self._clock.local_day(self._clock.wall_ms()))

    def month(self) -> Scope:
        """Return the account of the present local month."""
        return self._month(self._clock.local_day(self._clock.wall_ms())[:7])

    def adjust(self, intent: Intent, amount: int) -> None:
        """Count an attempt at `amount` pico more, or less, wherever it counts: on its own day, not on today."""
        batch = (self._open(Scope(Level.BATCH, intent.batch), 0),) if intent.batch else ()
        day, month = self._day(intent.day), self._month(intent.day[:7])
        self._ledger.adjust((Scope(Level.TASK, intent.task), *batch, day, month, EVERYTHING), amount)

    def set_limit(self, scope: Scope, limit: int | None) -> None:
        """Change a limit; of a day or month, also that of all to come."""
        if scope.level in (Level.DAY, Level.MONTH, Level.EVERYTHING):
            self._limits[scope.level] = limit
        elif scope.level is Level.BATCH:
            self._own[scope] = limit
        self._ledger.set_limit(scope, limit)

    def balance(self, scope: Scope) -> Balance:
        """Return the figures of an account, of a day or month that nobody has asked about before, too."""
        if scope.level is Level.DAY:
            self._day(scope.key)
        elif scope.level is Level.MONTH:
            self._month(scope.key)
        return self._ledger.balance(scope)

    def room(self, batch: str) -> int | None:
        """Return what tasks of a batch, or of none for an empty name, could still spend if nothing were held.

        None where no limit is shared by them.
        """
        shared = [self.day(), self.month(), EVERYTHING, *([Scope(Level.BATCH, batch)] if batch else [])]
        balances = (self._ledger.balance(scope) for scope in shared)
        return min((each.limit - each.spent for each in balances if each.limit is not None), default=None)

    def _day(self, key: str) -> Scope:
        return self._open(Scope(Level.DAY, key), self._days.get(key, 0))

    def _month(self, key: str) -> Scope:
        scope = Scope(Level.MONTH, key)
        if scope in self._opened:
            return scope
        spent = sum(amount for day, amount in self._days.items() if day.startswith(key))
        return self._open(scope, spent)

    def _open(self, scope: Scope, spent: int) -> Scope:
        if scope not in self._opened:
            self._opened.add(scope)
            limit = self._own[scope] if scope in self._own else self._limits.get(scope.level)
            self._ledger.open(scope, spent=spent, limit=limit)
        return scope
