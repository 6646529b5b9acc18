"""Faults put in on purpose, to see that the battery finds them. They live here and nowhere in the product."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from unittest import mock

from engine.cost.ledger import MemoryLedger
from engine.cost.port import Hold, OverBudgetError, Price, Scope
from engine.cost.waiting import Account
from engine.domain.money import PICO
from engine.domain.usage import Usage
from engine.runtime import bookkeeping
from engine.runtime.attempt import Ending


@contextmanager
def mutated(name: str) -> Generator[None]:
    """Put a fault into this process for the body; none for an empty name. Raises where it does not fit any more."""
    if not name:
        yield
        return
    owner, attribute, parameters, fault = MUTANTS[name]
    if list(inspect.signature(getattr(owner, attribute)).parameters) != parameters.split():
        raise RuntimeError(f"{name} does not fit {attribute} any more")
    with mock.patch.object(owner, attribute, fault):
        yield


def _float_money(self: Price, usage: Usage) -> int:
    """Reckon in dollars."""
    fresh, said = usage.input - usage.cached, usage.output - usage.reasoning
    dollars = fresh * (self.input / PICO) + usage.cached * (self.cached_input / PICO)
    dollars += said * (self.output / PICO) + usage.reasoning * (self.reasoning / PICO)
    return int(dollars * PICO)


_settle, _bill = MemoryLedger.settle, bookkeeping.bill


def _release_on_timeout(ending: Ending, price: Price, held: int) -> bookkeeping.Bill:
    """Give back what a call held that we cut."""
    return bookkeeping.Bill(amount=0) if ending.cause is not None else _bill(ending, price, held)


def _jump_the_queue(self: Account, worst: int, arrival: float = 0.0) -> bool:
    """Let a call in that fits, whoever waits."""
    del arrival
    return self.fits(worst)


class _Ledger(MemoryLedger):
    """Holds the faults of a ledger; they are put into the real one."""

    async def check_then_hold(self, scopes: tuple[Scope, ...], worst: int) -> Hold:
        """Look whether it fits, let others have a turn, and hold it then."""
        while self.would_wait(scopes, worst):
            for scope in scopes:
                balance = self.balance(scope)
                if balance.limit is not None and worst > balance.limit - balance.spent:
                    raise OverBudgetError(scope, worst, balance.limit - balance.spent)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return self._hold(scopes, tuple(self._account(scope) for scope in scopes), worst)

    def double_settle(self, hold: Hold, amount: int) -> None:
        """Settle without a guard, now and then one reply twice."""
        accounts = self._open[hold.number]
        _settle(self, hold, amount)
        if hold.number % 1000 == 0:
            self._open[hold.number] = accounts
            _settle(self, hold, amount)

    def cap_at_hold(self, hold: Hold, amount: int) -> None:
        """Believe that no provider bills above the hold."""
        _settle(self, hold, min(amount, hold.amount))

    def lost_grant(self, hold: Hold) -> None:
        """Forget what was granted to a caller that was cancelled in the same turn."""

    def lost_wakeup(self, accounts: object) -> None:
        """Tell nobody that there is room again."""


MUTANTS: dict[str, tuple[object, str, str, Callable[..., object]]] = {
    "float_money": (Price, "cost", "self usage", _float_money),
    "check_then_hold": (MemoryLedger, "admit", "self scopes worst", _Ledger.check_then_hold),
    "release_on_timeout": (bookkeeping, "bill", "ending price held", _release_on_timeout),
    "double_settle": (MemoryLedger, "settle", "self hold amount", _Ledger.double_settle),
    "cap_at_hold": (MemoryLedger, "settle", "self hold amount", _Ledger.cap_at_hold),
    "jump_the_queue": (Account, "lets_in", "self worst arrival", _jump_the_queue),
    "lost_grant": (MemoryLedger, "release", "self hold", _Ledger.lost_grant),
    "lost_wakeup": (MemoryLedger, "_serve", "self accounts", _Ledger.lost_wakeup),
}
"""Where each is put in: owner, attribute, the parameters it must have, and the fault."""

NAMES = tuple(MUTANTS)
