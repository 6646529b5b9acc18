"""The ledger of one process: check and hold in one synchronous step, so that no two calls see the same free money.

Waiting is first come, first served within each account: a call that found too little in one bars later ones from it
until it has been served, so that many small calls never starve a big one, while calls that need none of what it lacks
pass. Work is proportional to the scopes of a call and to those who are served, never to all holds or all who wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from engine.cost.port import Balance, Hold, OverBudgetError, Scope
from engine.cost.waiting import Account, Waiter


class MemoryLedger:
    """See `engine.cost.port.Ledger`."""

    def __init__(self) -> None:
        """Begin with no account."""
        self._accounts: dict[Scope, Account] = {}
        self._open: dict[int, tuple[Account, ...]] = {}
        """The accounts of each hold that has not ended."""
        self._next = 1
        self._arrivals = 0

    async def admit(self, scopes: tuple[Scope, ...], worst: int) -> Hold:
        """See `Ledger`."""
        accounts = tuple(self._account(scope) for scope in scopes)
        if worst:
            _check(accounts, worst)
            if not all(account.lets_in(worst) for account in accounts):
                return await self._wait(scopes, accounts, worst)
        return self._hold(scopes, accounts, worst)

    def would_wait(self, scopes: tuple[Scope, ...], worst: int) -> bool:
        """See `Ledger`."""
        return worst > 0 and not all(self._account(scope).lets_in(worst) for scope in scopes)

    def settle(self, hold: Hold, amount: int) -> None:
        """See `Ledger`."""
        accounts = self._open.pop(hold.number, None)
        if accounts is None:
            raise ValueError(f"hold {hold.number} was settled or released before")
        for account in accounts:
            account.held -= hold.amount
            account.spent += amount
        self._serve(accounts)

    def release(self, hold: Hold) -> None:
        """See `Ledger`."""
        self.settle(hold, 0)

    def adjust(self, scopes: tuple[Scope, ...], amount: int) -> None:
        """See `Ledger`."""
        accounts = tuple(self._account(scope) for scope in scopes)
        for account in accounts:
            account.spent += amount
        self._serve(accounts)

    def open(self, scope: Scope, *, spent: int = 0, limit: int | None = None) -> None:
        """See `Ledger`."""
        account = self._account(scope)
        account.spent = spent
        account.set_limit(limit)

    def set_limit(self, scope: Scope, limit: int | None) -> None:
        """See `Ledger`."""
        account = self._account(scope)
        account.set_limit(limit)
        self._serve((account,))

    def balance(self, scope: Scope) -> Balance:
        """See `Ledger`."""
        account = self._accounts.get(scope)
        if account is None:
            return Balance()
        return Balance(spent=account.spent, held=account.held, limit=account.limit)

    def forget(self, scope: Scope) -> None:
        """See `Ledger`."""
        account = self._accounts.get(scope)
        if account is not None and not account.held and account.hoping.first() is None:
            del self._accounts[scope]

    def _account(self, scope: Scope) -> Account:
        found = self._accounts.get(scope)
        if found is None:
            found = self._accounts[scope] = Account(scope)
        return found

    def _hold(self, scopes: tuple[Scope, ...], accounts: tuple[Account, ...], worst: int) -> Hold:
        hold = Hold(self._next, worst, scopes)
        self._next += 1
        self._open[hold.number] = accounts
        for account in accounts:
            account.held += worst
        return hold

    async def _wait(self, scopes: tuple[Scope, ...], accounts: tuple[Account, ...], worst: int) -> Hold:
        self._arrivals += 1
        waiter = Waiter(self._arrivals, scopes, accounts, worst)
        waiter.join()
        for account in accounts:
            account.hoping.add(waiter)
        try:
            return await waiter.admitted
        except asyncio.CancelledError:
            self._withdraw(waiter)
            raise

    def _withdraw(self, waiter: Waiter) -> None:
        """Give back what a waiter was granted in the same moment in which it was cancelled."""
        answer = waiter.admitted
        if not answer.cancelled() and answer.exception() is None:
            self.release(answer.result())
        else:
            self._serve(waiter.accounts)

    def _serve(self, accounts: Iterable[Account]) -> None:
        """Tell those who cannot fit any more, and grant, in order, what fits now."""
        looked_at = list(accounts)
        while looked_at:
            account = looked_at.pop()
            dearest = account.hoping.first()
            if dearest is not None and account.free is not None and dearest.worst > account.free:
                dearest.admitted.set_exception(OverBudgetError(account.scope, dearest.worst, account.free))
                looked_at += dearest.accounts
                continue
            first = account.lacking.first()
            if first is not None and not first.join():
                first.admitted.set_result(self._hold(first.scopes, first.accounts, first.worst))
                looked_at += first.accounts


def _check(accounts: tuple[Account, ...], worst: int) -> None:
    """Raise when the call cannot fit even with nothing else held; a call that costs nothing always fits."""
    for account in accounts:
        free = account.free
        if free is not None and worst > free:
            raise OverBudgetError(account.scope, worst, free)
