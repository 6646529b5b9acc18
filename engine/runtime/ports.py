"""What a runner works with: every way out of it, as values passed in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from engine.runtime.redacting import Redact, Unredacted
from engine.runtime.route import Router, route

if TYPE_CHECKING:
    from engine.cost.port import Ledger, PriceBook, Scope
    from engine.domain.clock import Clock, Random
    from engine.domain.ids import Ids, TaskId
    from engine.domain.task import RecipeName
    from engine.providers.port import ProviderDirectory
    from engine.recipes.port import Recipe
    from engine.results.port import Results
    from engine.runtime.choices import Choices
    from engine.runtime.contexts import Contexts
    from engine.runtime.fences import Fences
    from engine.runtime.gauges import Gauges
    from engine.runtime.journal import Journal
    from engine.runtime.limits.gate import Gate
    from engine.runtime.record import TaskRecord
    from engine.runtime.spooling import Spooling
    from engine.store.port import StoreReader

T = TypeVar("T")

logger = logging.getLogger("drover.engine")

Reach = Callable[[str], None]
"""Called at each named point of `engine.runtime.points`: where a test may stop, delay or kill."""


class Aside(Protocol):
    """Does work beside the loop and returns what it gives."""

    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]:
        """Do `work`."""
        ...


def unobserved(point: str) -> None:
    """Do nothing at a named point: what the program itself runs with."""
    del point


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerPorts:
    """Handed to each runner by the supervisor."""

    journal: Journal
    reader: StoreReader
    ledger: Ledger
    prices: PriceBook
    providers: ProviderDirectory
    recipe: Callable[[RecipeName], Recipe]
    results: Results
    clock: Clock
    ids: Ids
    rng: Random
    gate: Gate
    choices: Choices
    contexts: Contexts
    fences: Fences
    gauges: Gauges
    spooling: Spooling
    scopes: Callable[[TaskRecord], tuple[Scope, ...]]
    """The limits that apply to a task's next call."""
    changed: Callable[[TaskId], None]
    """Marks a task in the change feed."""
    batch_left: Callable[[TaskRecord], float]
    """Seconds until a task's batch shall be done; infinite where it has no end."""
    credit: Callable[[], float]
    """Seconds that the process stood still so far."""
    route: Router = route
    """Chooses provider and model of each attempt."""
    reach: Reach = unobserved
    aside: Aside = asyncio.to_thread
    """Where work is done that would keep the loop."""
    redact: Redact = field(default_factory=Unredacted)
