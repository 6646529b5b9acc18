"""The naive model that the ledger is held against: plain sums of integers, told what happened by who made it happen.

It knows four things of an account: what was settled, what is held by calls that were told so, what providers took for
all that was sent, and how far beyond its limit the account may stand. Beyond a limit it may come in three ways alone: a
provider billed above its hold, the limit was lowered, or a person corrected an amount upwards. From there it may only
come down again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from engine.cost.port import Hold, Ledger, Scope

FAULTS = ("below", "over", "wrong", "unflagged", "overtaken", "left", "held")
"""Ledger below what was billed; above a limit; another sum than the model's; billed above the hold and not flagged;
a later call granted before an earlier one that was short in the same account; waiting for nothing at the end; held
with nothing in flight."""


@dataclass(slots=True, eq=False)
class Account:
    """One scope as the model has it, in pico."""

    scope: Scope
    limit: int | None
    spent: int = 0
    held: int = 0
    billed: int = 0
    slack: int = 0
    grants: list[tuple[int, int, bool]] = field(default_factory=list[tuple[int, int, bool]])
    """(arrival, number of the hold, whether it was short here when it came)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that asked for money. `short` are the scopes in which only other holds stood in its way."""

    arrival: int
    scopes: tuple[Scope, ...]
    accounts: tuple[Account, ...]
    worst: int
    short: frozenset[Scope]


@dataclass(slots=True)
class Truth:
    """The accounts, and what was found wrong."""

    ledger: Ledger
    accounts: dict[Scope, Account] = field(default_factory=dict[Scope, Account])
    faults: Counter[str] = field(default_factory=Counter[str])
    overbilled: int = 0

    def open(self, scope: Scope, limit: int | None) -> None:
        """Know a scope, and let the ledger know it."""
        self.accounts[scope] = Account(scope, limit)
        self.ledger.open(scope, limit=limit)

    def set_limit(self, scope: Scope, limit: int | None) -> None:
        """Change a limit; what stands beyond a lower one may stay there."""
        account, balance = self.accounts[scope], self.ledger.balance(scope)
        account.limit = limit
        account.slack = 0 if limit is None else max(0, balance.spent + balance.held - limit)
        self.ledger.set_limit(scope, limit)
        self._check(account)

    def room(self, scope: Scope) -> int | None:
        """Return what is left of a limit when nothing is held; None without one."""
        account = self.accounts[scope]
        return None if account.limit is None else account.limit - account.spent

    def arrived(self, arrival: int, scopes: tuple[Scope, ...], worst: int) -> Call:
        """Take note of a call before it asks."""
        accounts = tuple(self.accounts[scope] for scope in scopes)
        short = frozenset(
            scope for scope, account in zip(scopes, accounts, strict=True) if worst and self._short(account, worst)
        )
        return Call(arrival=arrival, scopes=scopes, accounts=accounts, worst=worst, short=short)

    def granted(self, call: Call, hold: Hold, billed: int) -> None:
        """Take note of a hold, and of what the provider will take for the call at least."""
        if (hold.amount, hold.scopes) != (call.worst, call.scopes):
            self.faults["wrong"] += 1
        for account in call.accounts:
            account.held += call.worst
            account.billed += min(billed, call.worst)
            if call.worst:
                account.grants.append((call.arrival, hold.number, account.scope in call.short))
            self._check(account)

    def ended(self, call: Call, *, expected: int, billed: int, flagged: bool) -> None:
        """Take note of a settlement that the ledger was told of."""
        excess = max(0, billed - call.worst)
        self.overbilled += bool(excess)
        self.faults["unflagged"] += bool(excess) != flagged
        for account in call.accounts:
            account.held -= call.worst
            account.spent += expected
            account.billed += excess
            account.slack += excess
            self._check(account)

    def corrected(self, call: Call, amount: int) -> None:
        """Take note of what an ended call counts for more, or less; what passes a limit thereby may."""
        for account in call.accounts:
            account.spent += amount
            account.slack += max(0, amount)
            self._check(account)

    def _check(self, account: Account) -> None:
        """Hold the ledger against the model."""
        balance = self.ledger.balance(account.scope)
        if balance.spent != account.spent or type(balance.spent) is not int:
            self.faults["wrong"] += 1
        if balance.held < account.held or balance.spent + balance.held < account.billed:
            self.faults["below"] += 1
        if account.limit is not None:
            beyond = max(0, balance.spent + balance.held - account.limit)
            if beyond > account.slack:
                self.faults["over"] += 1
            account.slack = beyond

    def forget(self, scope: Scope) -> None:
        """Drop a scope that nothing uses any more."""
        self._judge_order(self.accounts.pop(scope))
        self.ledger.forget(scope)

    def at_rest(self) -> None:
        """Judge what can only be judged when nothing is in flight: all is settled, and everybody had their turn."""
        for scope, account in self.accounts.items():
            balance = self.ledger.balance(scope)
            self.faults["held"] += balance.held != 0 or account.held != 0
            self.faults["below"] += balance.spent < account.billed
            self._judge_order(account)

    def _short(self, account: Account, worst: int) -> bool:
        if account.limit is None:
            return False
        balance = self.ledger.balance(account.scope)
        return balance.spent + balance.held + worst > account.limit

    def _judge_order(self, account: Account) -> None:
        """Holds are numbered as they are granted: a call may have no lower number than an earlier, short one."""
        latest = 0
        for _, number, short in sorted(account.grants):
            self.faults["overtaken"] += number < latest
            latest = max(latest, number) if short else latest
        account.grants.clear()
