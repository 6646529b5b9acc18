"""The ports of money: what a token costs, and the ledger that no budget is passed through.

A ledger has levels (`Scope`): a task, its batch, the day, the month, everything. A call is admitted only if
spent + held + its worst case stays within every limit that applies; checking and holding happen with no await
between.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from engine.cost.price import Price
from engine.domain.errors import DroverError, ErrorCode


class PriceOrigin(StrEnum):
    """Whose word a price is."""

    OWN = "own"
    """The person's."""
    FREE = "free"
    """Marked as free, or run on this computer."""
    DROVER = "drover"
    """Drover's list."""
    PUBLIC = "public"
    """genai-prices."""
    SIMULATOR = "simulator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A price and where it comes from; `price_list` is stored with each attempt."""

    price: Price
    price_list: str
    """What the price stands in, so that it can be told years later: "free", "own 2/0.5/2/8/8", "drover-2026-11",
    "genai-prices 0.2.3"."""
    origin: PriceOrigin = PriceOrigin.OWN
    source: str = ""
    """Where its list has it from: an address, or words."""
    date: str = ""
    """When that was looked up, YYYY-MM-DD; empty where the list does not say."""
    listed_as: str = ""
    """The model's name in its list, where that is another one."""


class PriceBook(Protocol):
    """What models cost."""

    def quote(self, provider: str, model: str) -> Quote:
        """Return the price; raises `DroverError(PRICE_UNKNOWN)`."""
        ...


class Level(StrEnum):
    """The levels of the ledger."""

    TASK = "task"
    BATCH = "batch"
    DAY = "day"
    MONTH = "month"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """One account: a level and which of its kind (a task id, a batch, "2026-11-24", "2026-11", "")."""

    level: Level
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Pico of one scope. `limit` None is no limit."""

    spent: int = 0
    held: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside for one attempt, in all its scopes, until it is settled or released."""

    number: int
    amount: int
    scopes: tuple[Scope, ...]


class OverBudgetError(DroverError):
    """A call cannot fit into a limit even when nothing else is held."""

    def __init__(self, scope: Scope, needed: int, free: int) -> None:
        """Name the limit, what the call needs and what is left, in pico."""
        super().__init__(ErrorCode.OVER_BUDGET, f"{scope.level}: needs {needed}, has {free}")
        self.scope = scope
        self.needed = needed
        self.free = free


class Ledger(Protocol):
    """Spent, held and limit for every scope."""

    async def admit(self, scopes: tuple[Scope, ...], worst: int) -> Hold:
        """Hold `worst` pico in all `scopes`, waiting while only other holds stand in the way.

        Raises `OverBudgetError` when spent + worst alone passes a limit, and in everything together, limited or not,
        `MOST_COUNTED`. Cancelling while it waits holds nothing.
        """
        ...

    def would_wait(self, scopes: tuple[Scope, ...], worst: int) -> bool:
        """Whether `admit` would wait now."""
        ...

    def settle(self, hold: Hold, amount: int) -> None:
        """Turn a hold into spent money, `amount` pico, which may be above the hold; once for each hold."""
        ...

    def release(self, hold: Hold) -> None:
        """Give a hold back whole: it certainly was not billed."""
        ...

    def adjust(self, scopes: tuple[Scope, ...], amount: int) -> None:
        """Count `amount` pico more as spent in all `scopes`, or less where it is negative.

        It is what was found out later, and may pass a limit; who waits is served, or told that there is no hope.
        """
        ...

    def open(self, scope: Scope, *, spent: int = 0, limit: int | None = None) -> None:
        """Set what a scope starts from; used once for each scope, at start and at creation."""
        ...

    def set_limit(self, scope: Scope, limit: int | None) -> None:
        """Change a limit; wakes who waits."""
        ...

    def balance(self, scope: Scope) -> Balance:
        """Return the figures of a scope; zeros for one never used."""
        ...

    def forget(self, scope: Scope) -> None:
        """Drop a scope that nothing will use again."""
        ...
