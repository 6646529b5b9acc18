"""What meters say about money: spent, held, free, as parts of a limit. Pure; amounts in pico."""

from __future__ import annotations

from dataclasses import dataclass

from engine.face import TaskSnapshot, Totals

WARNS = 0.85
"""Part of a limit from which a meter warns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """One account. Equal to the ledger's: only subtracted here, never summed up."""

    spent: int = 0
    held: int = 0
    limit: int | None = None

    @property
    def free(self) -> int | None:
        """What is left of the limit; None without one."""
        return None if self.limit is None else max(0, self.limit - self.spent - self.held)

    @property
    def spent_part(self) -> float:
        """Part of the limit that is spent; 0 without one."""
        return self._part(self.spent)

    @property
    def held_part(self) -> float:
        """Part of the limit that is held."""
        return self._part(self.held)

    @property
    def colour(self) -> str:
        """The token for what is spent: calm, warning near the limit, red at it."""
        if self.limit is not None and self.spent >= self.limit:
            return "failed"
        return "paused" if self.spent_part >= WARNS else "completed"

    def _part(self, amount: int) -> float:
        if self.limit is None:
            return 0.0
        return amount / self.limit if self.limit else 1.0


def today(totals: Totals) -> Spending:
    """Return the day's account."""
    return Spending(spent=totals.spent_today, held=totals.held_today, limit=totals.day_limit)


def month(totals: Totals) -> Spending:
    """Return the month's account."""
    return Spending(spent=totals.spent_month, held=totals.held_month, limit=totals.month_limit)


def everything(totals: Totals) -> Spending:
    """Return the account of everything."""
    return Spending(spent=totals.spent_total, held=totals.held, limit=totals.total_limit)


def of_task(task: TaskSnapshot) -> Spending:
    """Return a task's own account."""
    return Spending(spent=task.standing.spent, held=task.held, limit=task.spec.budget)
