"""The ledger of one process: check and hold in one synchronous step, so that no two calls see the same free money.

Waiting is first come, first served within each scope: a call that waits bars later ones from every scope it needs, so
that many small calls never starve a big one, while calls of other scopes pass. Work is proportional to the scopes of a
call and to those who wait, never to all holds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from engine.cost.port import Balance, Hold, OverBudgetError, Scope


@dataclass(slots=True)
class _Account:
    """One scope's figures, in pico."""

    spent: int = 0
    held: int = 0
    limit: int | None = None

    def free(self) -> int | None:
        """What could still be spent if nothing were held; None without a limit."""
        return None if self.limit is None else self.limit - self.spent


@dataclass(slots=True, eq=False)
class _Waiter:
    """A call that waits for other calls' holds to end."""

    scopes: tuple[Scope, ...]
    worst: int
    admitted: asyncio.Future[Hold] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class MemoryLedger:
    """See `engine.cost.port.Ledger`."""

    def __init__(self) -> None:
        """Begin with no account."""
        self._accounts: dict[Scope, _Account] = {}
        self._waiters: dict[_Waiter, None] = {}
        self._waited_for: Counter[Scope] = Counter()
        """How many waiters need each scope."""
        self._open: dict[int, Hold] = {}
        self._next = 1

    async def admit(self, scopes: tuple[Scope, ...], worst: int) -> Hold:
        """See `Ledger`."""
        self._check(scopes, worst)
        if not self.would_wait(scopes, worst):
            return self._hold(scopes, worst)
        waiter = _Waiter(scopes, worst)
        self._waiters[waiter] = None
        self._waited_for.update(scopes)
        try:
            return await waiter.admitted
        except asyncio.CancelledError:
            self._withdraw(waiter)
            raise

    def would_wait(self, scopes: tuple[Scope, ...], worst: int) -> bool:
        """See `Ledger`."""
        if worst == 0:
            return False
        barred = any(self._waited_for[scope] and self._limited(scope) for scope in scopes)
        return barred or not self._fits(scopes, worst)

    def settle(self, hold: Hold, amount: int) -> None:
        """See `Ledger`."""
        self._close(hold)
        for scope in hold.scopes:
            account = self._account(scope)
            account.held -= hold.amount
            account.spent += amount
        self._wake()

    def release(self, hold: Hold) -> None:
        """See `Ledger`."""
        self.settle(hold, 0)

    def open(self, scope: Scope, *, spent: int = 0, limit: int | None = None) -> None:
        """See `Ledger`."""
        account = self._account(scope)
        account.spent, account.limit = spent, limit

    def set_limit(self, scope: Scope, limit: int | None) -> None:
        """See `Ledger`."""
        self._account(scope).limit = limit
        self._wake()

    def balance(self, scope: Scope) -> Balance:
        """See `Ledger`."""
        account = self._accounts.get(scope, _Account())
        return Balance(spent=account.spent, held=account.held, limit=account.limit)

    def forget(self, scope: Scope) -> None:
        """See `Ledger`."""
        account = self._accounts.get(scope)
        if account is not None and not account.held:
            del self._accounts[scope]

    def _account(self, scope: Scope) -> _Account:
        return self._accounts.setdefault(scope, _Account())

    def _limited(self, scope: Scope) -> bool:
        return self._account(scope).limit is not None

    def _check(self, scopes: tuple[Scope, ...], worst: int) -> None:
        """Raise when the call cannot fit even with nothing else held; a call that costs nothing always fits."""
        for scope in scopes if worst else ():
            free = self._account(scope).free()
            if free is not None and worst > free:
                raise OverBudgetError(scope, worst, free)

    def _fits(self, scopes: tuple[Scope, ...], worst: int) -> bool:
        accounts = (self._account(scope) for scope in scopes)
        return all(a.limit is None or a.spent + a.held + worst <= a.limit for a in accounts)

    def _hold(self, scopes: tuple[Scope, ...], worst: int) -> Hold:
        hold = Hold(self._next, worst, scopes)
        self._next += 1
        self._open[hold.number] = hold
        for scope in scopes:
            self._account(scope).held += worst
        return hold

    def _close(self, hold: Hold) -> None:
        if self._open.pop(hold.number, None) is None:
            raise ValueError(f"hold {hold.number} was settled or released before")

    def _withdraw(self, waiter: _Waiter) -> None:
        """Give back what a waiter was granted in the same moment in which it was cancelled."""
        self._leave(waiter)
        done = waiter.admitted
        if done.done() and not done.cancelled() and done.exception() is None:
            self.release(done.result())
        else:
            self._wake()

    def _wake(self) -> None:
        """Grant, in order, what fits now; tell those who cannot fit any more.

        Ends early where a scope that everybody waits for is barred: with thousands of waiters that is the first one.
        """
        barred: set[Scope] = set()
        for waiter in tuple(self._waiters):
            try:
                self._check(waiter.scopes, waiter.worst)
            except OverBudgetError as error:
                self._answer(waiter, error)
                continue
            if barred.isdisjoint(waiter.scopes) and self._fits(waiter.scopes, waiter.worst):
                self._answer(waiter, None)
            else:
                barred.update(scope for scope in waiter.scopes if self._limited(scope))
                if any(self._waited_for[scope] >= len(self._waiters) for scope in barred):
                    return

    def _leave(self, waiter: _Waiter) -> None:
        if self._waiters.pop(waiter, waiter) is None:
            self._waited_for.subtract(waiter.scopes)

    def _answer(self, waiter: _Waiter, error: OverBudgetError | None) -> None:
        self._leave(waiter)
        if waiter.admitted.done():
            return
        if error is not None:
            waiter.admitted.set_exception(error)
        else:
            waiter.admitted.set_result(self._hold(waiter.scopes, waiter.worst))
