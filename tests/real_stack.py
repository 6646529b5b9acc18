"""A real engine over real sockets: the provider stack as the program has it, a memory store, steady jitter."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.cost.ledger import MemoryLedger
from engine.domain.clock import SystemClock, UlidIds
from engine.domain.ids import TaskId
from engine.domain.states import AT_REST
from engine.domain.task import TaskSnapshot
from engine.providers.directory import ConfiguredProviders
from engine.providers.openai import OpenAIConfig
from engine.recipes import recipe
from engine.results.port import NoResults
from engine.runtime.parts import EngineParts
from engine.runtime.supervisor import Supervisor
from engine.store.memory import MemoryStore
from tests.workbench import FixedPrices

NAME = "server"


@dataclass(frozen=True, slots=True)
class Steady:
    """Jitter that does not vary: waits of 0.2 s, 0.4 s, 0.8 s."""

    def random(self) -> float:
        """See `Random`."""
        return 0.1


@asynccontextmanager
async def engine_at(base_url: str) -> AsyncGenerator[Supervisor]:
    """Open an engine whose only provider is the server at an address."""
    clock = SystemClock()
    config = OpenAIConfig(name=NAME, base_url=base_url, key=lambda: "sk-test")
    parts = EngineParts(
        store=MemoryStore(),
        ledger=MemoryLedger(),
        prices=FixedPrices(),
        providers=ConfiguredProviders([config]),
        recipe=recipe,
        results=NoResults(),
        ids=UlidIds(clock, random.Random(1)),
        rng=Steady(),
        clock=clock,
    )
    engine = await Supervisor.open(parts)
    try:
        yield engine
    finally:
        await engine.close(grace_s=0.0)


async def at_rest(engine: Supervisor, tasks: Sequence[TaskId]) -> list[TaskSnapshot]:
    """Wait until tasks are at rest; return how they stand."""
    async with asyncio.timeout(60):
        while any(engine.snapshot(task).state not in AT_REST for task in tasks):  # noqa: ASYNC110 - the snapshot is the interface
            await asyncio.sleep(0.02)
    return [engine.snapshot(task) for task in tasks]
