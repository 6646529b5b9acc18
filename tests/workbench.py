"""A whole engine on fakes and virtual time: the real runtime, ledger and recipes; scripted provider, memory store."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from engine.cost.ledger import MemoryLedger
from engine.cost.models import ModelBook, Unknown
from engine.cost.port import Level, Price, PriceBook, Quote
from engine.domain.clock import UlidIds
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import AT_REST, State
from engine.domain.task import TaskSnapshot, TaskSpec
from engine.providers.scripted import Playbook, ScriptedProvider
from engine.recipes import recipe
from engine.results.port import NoResults
from engine.runtime.parts import EngineParts
from engine.runtime.ports import unobserved
from engine.runtime.redacting import Redact, Unredacted
from engine.runtime.supervisor import Supervisor
from engine.store.memory import MemoryStore
from engine.store.spool import MemorySpool
from tests.virtual_time import LoopClock

T = TypeVar("T")

CENT = 10**10
"""Pico in one US cent."""

PRICE = Price(input=1_000_000, cached_input=250_000, cache_write=1_000_000, output=4_000_000, reasoning=4_000_000)
"""$1 and $4 a million tokens."""


@dataclass(slots=True)
class FixedPrices:
    """One price for all models but "unpriced"."""

    price: Price = PRICE

    def quote(self, provider: str, model: str) -> Quote:
        """See `PriceBook`."""
        if model == "unpriced":
            raise DroverError(ErrorCode.PRICE_UNKNOWN, f"{provider}/{model}")
        return Quote(price=self.price, price_list="fixed")


@dataclass(slots=True)
class OneProvider:
    """A directory with one provider, called "scripted"."""

    provider: ScriptedProvider

    def get(self, name: str) -> ScriptedProvider:
        """See `ProviderDirectory`."""
        if name != self.provider.name:
            raise DroverError(ErrorCode.UNKNOWN_PROVIDER, name)
        return self.provider

    async def close(self) -> None:
        """See `ProviderDirectory`."""
        await self.provider.close()


@dataclass(slots=True, kw_only=True)
class Bench:
    """What a test works with. `store` outlives the engine: `reopen` is the program started again."""

    provider: ScriptedProvider
    store: MemoryStore
    ledger: MemoryLedger
    engine: Supervisor
    make: Callable[[], EngineParts]

    async def submit(self, *, paused: bool = False, **fields: object) -> TaskId:
        """Create one task and return its id."""
        (task,) = await self.engine.submit([spec(**fields)], paused=paused)
        return task

    async def until(self, task: TaskId, *states: State) -> TaskSnapshot:
        """Wait until the task is in one of `states` (at rest, when none is named)."""
        wanted = frozenset(states) or AT_REST
        while (snapshot := self.engine.snapshot(task)).state not in wanted:  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.01)
        return snapshot

    async def done(self, task: TaskId) -> TaskSnapshot:
        """Wait until the task is at rest and its runner has gone; acts just made have shown."""
        await asyncio.sleep(0.01)
        await self.until(task)
        await asyncio.sleep(0.01)
        return self.engine.snapshot(task)

    async def crash(self) -> Supervisor:
        """End the program as a power switch does, and start it again on what was durable."""
        tasks = dict(self.store.tasks)
        records = {task: list(written) for task, written in self.store.records.items()}
        await self.engine.close(grace_s=0.0)
        self.store.tasks, self.store.records = tasks, records
        return await self.reopen()

    async def reopen(self) -> Supervisor:
        """Start the engine again on the same store."""
        self.provider.closed = False
        parts = self.make()
        self.ledger = parts.ledger  # type: ignore[assignment]
        self.engine = await Supervisor.open(parts)
        return self.engine


def spec(**fields: object) -> TaskSpec:
    """Return a small task for the scripted provider."""
    defaults: dict[str, object] = {
        "goal": "Draft a page",
        "provider": "scripted",
        "model": "scripted-model",
        "max_steps": 3,
        "max_output": 100,
    }
    return TaskSpec(**(defaults | fields))  # type: ignore[arg-type]


async def at_once(work: Callable[[], T], /) -> T:
    """Do work on the loop: virtual time waits for no thread."""
    return work()


@asynccontextmanager
async def bench(
    playbook: Playbook | None = None,
    *,
    running_limit: int = 64,
    limits: dict[Level, int | None] | None = None,
    price: Price = PRICE,
    reach: Callable[[str], None] = unobserved,
    store: MemoryStore | None = None,
    spool: MemorySpool | None = None,
    provider: ScriptedProvider | None = None,
    redact: Redact | None = None,
    prices: PriceBook | None = None,
    models: ModelBook | None = None,
    seed: int = 7,
) -> AsyncGenerator[Bench]:
    """Open an engine for the body and close it after; `seed` draws ids and waits."""
    clock = LoopClock()
    provider = provider or ScriptedProvider()
    if playbook is not None:
        provider.playbook = playbook
    store = store or MemoryStore()

    def make() -> EngineParts:
        return EngineParts(
            store=store,
            ledger=MemoryLedger(),
            prices=prices or FixedPrices(price),
            models=models or Unknown(),
            providers=OneProvider(provider),
            recipe=recipe,
            results=NoResults(),
            ids=UlidIds(clock, random.Random(seed)),
            rng=random.Random(seed),
            clock=clock,
            running_limit=running_limit,
            limits=limits or {},
            reach=reach,
            aside=at_once,
            redact=redact or Unredacted(),
            spool=spool,
        )

    parts = make()
    engine = await Supervisor.open(parts)
    made = Bench(provider=provider, store=store, ledger=parts.ledger, engine=engine, make=make)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.engine.close(grace_s=0.0)
