"""Where money went: sums over attempts, and by what a person asks for them. Pure.

The sums are the store's own, kept as each attempt ends, so that looking at them costs nothing by attempt, and over all
of them they come to what the ledger says was spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import msgspec

ModelKey = tuple[str, str]
"""(provider, model)."""


class By(StrEnum):
    """What money is asked by."""

    DAY = "day"
    MODEL = "model"
    PROVIDER = "provider"
    BATCH = "batch"


class Outlay(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts that ended, summed up. Money is pico, the others are tokens; `cached` is part of `input`."""

    day: str = ""
    """Local, YYYY-MM-DD."""
    batch: str = ""
    provider: str = ""
    model: str = ""
    attempts: int = 0
    cost: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    saved: int = 0
    """What the cached input would have cost more as fresh input: computed, at the prices of today."""

    def plus(self, other: Outlay) -> Outlay:
        """Return both together, under this one's names."""
        return msgspec.structs.replace(
            self,
            attempts=self.attempts + other.attempts,
            cost=self.cost + other.cost,
            input=self.input + other.input,
            cached=self.cached + other.cached,
            output=self.output + other.output,
            reasoning=self.reasoning + other.reasoning,
            saved=self.saved + other.saved,
        )

    def name(self, by: By) -> str:
        """Return what it is counted under."""
        return {By.DAY: self.day, By.MODEL: self.model, By.PROVIDER: self.provider, By.BATCH: self.batch}[by]

    @property
    def cache_share(self) -> float:
        """Part of the input that came from a cache; 0 without any input."""
        return self.cached / self.input if self.input > 0 else 0.0


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks that were completed, and what all their attempts cost, failed ones too."""

    tasks: int = 0
    cost: int = 0

    def plus(self, other: Done) -> Done:
        """Return both together."""
        return Done(tasks=self.tasks + other.tasks, cost=self.cost + other.cost)

    @property
    def each(self) -> int | None:
        """Pico of one, rounded down; None where there is none."""
        return self.cost // self.tasks if self.tasks else None


class Outlays(msgspec.Struct, frozen=True, kw_only=True):
    """All that was spent, as of one moment."""

    rows: tuple[Outlay, ...] = ()
    done: dict[str, Done] = {}
    """By batch, "" for tasks of none. Tasks that were deleted are not counted."""
    differing: dict[ModelKey, int] = {}
    """How many attempts were billed otherwise than their usage costs by their price."""

    @property
    def whole(self) -> Outlay:
        """Everything together."""
        return total(self.rows)

    @property
    def all_done(self) -> Done:
        """All completed tasks together."""
        both = Done()
        for each in self.done.values():
            both = both.plus(each)
        return both


def total(rows: Iterable[Outlay]) -> Outlay:
    """Return all of it together, under no name."""
    whole = Outlay()
    for row in rows:
        whole = whole.plus(row)
    return whole


def grouped(rows: Iterable[Outlay], by: By) -> tuple[Outlay, ...]:
    """Sum rows by one of their names: days from the newest on, all else from the dearest on."""
    groups: dict[str, Outlay] = {}
    for row in rows:
        name = row.name(by)
        groups[name] = groups.get(name, _named(by, name)).plus(row)
    if by is By.DAY:
        return tuple(groups[name] for name in sorted(groups, reverse=True))
    return tuple(sorted(groups.values(), key=lambda each: (-each.cost, each.name(by))))


def _named(by: By, name: str) -> Outlay:
    match by:
        case By.DAY:
            return Outlay(day=name)
        case By.MODEL:
            return Outlay(model=name)
        case By.PROVIDER:
            return Outlay(provider=name)
        case By.BATCH:
            return Outlay(batch=name)


def with_savings(rows: Iterable[Outlay], saved: Callable[[str, str], int]) -> tuple[Outlay, ...]:
    """Say what caches saved; `saved` returns pico a token read from the cache of a provider's model."""
    known: dict[ModelKey, int] = {}
    found: list[Outlay] = []
    for row in rows:
        key = row.provider, row.model
        if row.cached and key not in known:
            known[key] = saved(*key)
        found.append(msgspec.structs.replace(row, saved=row.cached * known[key]) if row.cached else row)
    return tuple(found)


def done_by_batch(tasks: Iterable[tuple[str, int]]) -> Mapping[str, Done]:
    """Count completed tasks, given as batch and pico spent."""
    found: dict[str, Done] = {}
    for batch, cost in tasks:
        found[batch] = found.get(batch, Done()).plus(Done(tasks=1, cost=cost))
    return found
