"""What an engine is made of: every port, chosen by whoever composes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.cost.models import ModelBook, Unknown
from engine.cost.port import Level
from engine.domain.clock import Clock, Random, SystemClock
from engine.runtime.ports import Aside, Reach, unobserved
from engine.runtime.redacting import Redact, Unredacted
from engine.runtime.route import Router, route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.cost.port import Ledger, PriceBook
    from engine.domain.ids import Ids
    from engine.domain.task import RecipeName
    from engine.providers.port import ProviderDirectory
    from engine.recipes.port import Recipe
    from engine.results.port import Results
    from engine.store.port import Store
    from engine.store.spool import Spool

RUNNING_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """See the module. Ports only: no word of where they come from."""

    store: Store
    ledger: Ledger
    prices: PriceBook
    providers: ProviderDirectory
    recipe: Callable[[RecipeName], Recipe]
    results: Results
    ids: Ids
    rng: Random
    models: ModelBook = field(default_factory=Unknown)
    """How good models are: what policies choose by."""
    clock: Clock = field(default_factory=SystemClock)
    running_limit: int = RUNNING_LIMIT
    limits: Mapping[Level, int | None] = field(default_factory=dict[Level, int | None])
    """Pico for each day, each month and everything."""
    route: Router = route
    """Chooses provider and model of each attempt."""
    reach: Reach = unobserved
    aside: Aside = asyncio.to_thread
    """Where work is done that would keep the loop."""
    redact: Redact = field(default_factory=Unredacted)
    spool: Spool | None = None
    """Where the text of running streams goes; nowhere without."""
