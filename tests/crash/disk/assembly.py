"""The engine over its real store, spool and results folder, on virtual time; a scripted provider is its model."""

from __future__ import annotations

import random
from pathlib import Path
from unittest.mock import patch

from engine.cost.ledger import MemoryLedger
from engine.domain.clock import UlidIds
from engine.providers.scripted import ScriptedProvider
from engine.recipes import recipe
from engine.results.folder import ResultsFolder
from engine.runtime.parts import EngineParts
from engine.runtime.supervisor import Supervisor
from engine.store import connection
from engine.store.port import Store
from engine.store.spool_file import FileSpool
from engine.store.store import SqliteStore, open_store
from tests.inline import Inline
from tests.virtual_time import LoopClock
from tests.workbench import FixedPrices, OneProvider

DATA, RESULTS = "data", "results"

LOG_BYTES = 64 * 1024
"""Of the write-ahead log before it is folded in: small, so that this happens often."""


async def open_data(root: Path) -> SqliteStore:
    """Open the store of the program that lies below `root`; raises `DroverError`."""
    with patch.object(connection, "LOG_BYTES", LOG_BYTES):
        return await open_store(root / DATA, clock=LoopClock(), executors=(Inline(), Inline()))


async def open_engine(root: Path, store: Store, provider: ScriptedProvider, *, seed: int) -> Supervisor:
    """Open the engine of the program that lies below `root`; raises `DroverError`, and closes the store then."""
    clock, chance = LoopClock(), random.Random(seed)
    parts = EngineParts(
        store=store,
        ledger=MemoryLedger(),
        prices=FixedPrices(),
        providers=OneProvider(provider),
        recipe=recipe,
        results=ResultsFolder(root / RESULTS, store, recipe),
        ids=UlidIds(clock, chance),
        rng=chance,
        clock=clock,
        spool=FileSpool(root / DATA),
    )
    try:
        return await Supervisor.open(parts)
    except BaseException:
        await store.close()
        raise
