"""One simulated world: the real engine, provider, parser, ledger and store, in as many lives as crashes leave it.

Everything around them is made of one seed: network, weather, disk, clocks, person, fate. No thread, no socket, no real
time: the same seed is the same world, line by line of its trace.
"""

from __future__ import annotations

import asyncio
import gc
import math
import random
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import apsw

from engine.cost.ledger import MemoryLedger
from engine.domain.clock import UlidIds
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.port import Capabilities
from engine.recipes import recipe
from engine.results.port import NoResults
from engine.runtime import points
from engine.runtime.parts import EngineParts
from engine.runtime.supervisor import Supervisor
from engine.store import check
from engine.store.store import SqliteStore, open_store
from tests.simulation.clock import BEGIN_S, WorldClock
from tests.simulation.desk import Desk
from tests.simulation.fate import Crash, Fate
from tests.simulation.loop import WorldLoop
from tests.simulation.network import Network
from tests.simulation.person import Person
from tests.simulation.scale import Scale
from tests.simulation.trace import Trace
from tests.simulation.watcher import Watcher
from tests.simulation.wishes import PROVIDERS
from tests.simulation.witness import Witness
from tests.workbench import FixedPrices

RESTART_S = 5.0
"""Seconds from a crash to the next start."""


class Providers:
    """A `ProviderDirectory` of real providers over the network: one takes what comes, one so many at a time."""

    def __init__(self, network: Network, clock: WorldClock, concurrency: int) -> None:
        """Make them; nothing is connected."""
        limits = dict(zip(PROVIDERS, (None, concurrency), strict=True))
        self._all = {
            name: OpenAIProvider(
                OpenAIConfig(name=name, base_url="http://127.0.0.1:9/v1", capabilities=Capabilities(concurrency=limit)),
                transport=network,
                clock=clock,
            )
            for name, limit in limits.items()
        }

    def get(self, name: str) -> OpenAIProvider:
        """See `ProviderDirectory`."""
        if name not in self._all:
            raise DroverError(ErrorCode.UNKNOWN_PROVIDER, name)
        return self._all[name]

    async def close(self) -> None:
        """See `ProviderDirectory`."""
        for provider in self._all.values():
            await provider.close()


class World:
    """See the module."""

    def __init__(self, scale: Scale, folder: Path) -> None:
        """Lie in `folder`, which is empty."""
        self._scale = scale
        self._folder = folder
        self.trace = Trace()
        self.clock = WorldClock()
        self.witness = Witness(self.trace, self.clock)
        self.network = Network(scale.seed, self.clock, self.witness.arrived)
        self.witness.exchanges = self.network.exchanges
        self.person = Person(scale, self.witness, self.trace)
        self.watcher = Watcher(self.witness, self.trace)
        self.fate = Fate(scale, self.clock, self.network, self.trace)
        self._disk = random.Random(f"{scale.seed} disk")
        self._lives = 0
        self._ended_at = BEGIN_S
        self._engine: Supervisor | None = None
        self._desks: tuple[Desk, ...] = ()
        self._connections: list[apsw.Connection] = []

    @property
    def lives(self) -> int:
        """How often the program was started."""
        return self._lives

    def run(self) -> None:
        """Live until everything that was asked for has come to its end, or something is wrong."""
        opened = self._connections.append
        apsw.connection_hooks.append(opened)
        try:
            with patch.object(check, "SLICE_S", math.inf):  # a slice of real time would be another one in every run
                while not self._life():
                    pass
        finally:
            apsw.connection_hooks.remove(opened)

    def _life(self) -> bool:
        """Start the program and let it live; return whether it ended by itself."""
        before, self._lives = self.clock.loop, self._lives + 1
        loop = WorldLoop(BEGIN_S) if before is None else WorldLoop(self._ended_at + RESTART_S)
        loop.still_s = 0.0 if before is None else before.still_s
        self.clock.loop = self.network.loop = loop
        self.trace.add(loop.now, "life", str(self._lives))
        try:
            loop.run_until_complete(self._live(loop))
        except Crash:
            return False
        else:
            return True
        finally:
            self._ended_at = loop.now
            self._take_apart(loop)
            gc.collect(1)  # nothing collects by itself: when Python would, depends on more than the seed

    async def _live(self, loop: WorldLoop) -> None:
        self._desks = (Desk(loop, self._latency, self.witness.committed), Desk(loop, self._latency))
        store = await open_store(self._folder, clock=self.clock, reach=self.fate.reached, executors=self._desks)
        await self.watcher.compare(store)
        self._engine = engine = await Supervisor.open(self._parts(store))
        helpers = [asyncio.ensure_future(each) for each in (self.watcher.live(engine), self.fate.live())]
        person = asyncio.ensure_future(self.person.live(engine))
        done, _ = await asyncio.wait((person, *helpers), return_when=asyncio.FIRST_COMPLETED)
        for helper in (person, *helpers):
            helper.cancel()
        for each in done:
            each.result()
        await self.watcher.look(engine)
        await engine.close()

    def _parts(self, store: SqliteStore) -> EngineParts:
        chance = random.Random(f"{self._scale.seed} life {self._lives}")
        return EngineParts(
            store=store,
            ledger=MemoryLedger(),
            prices=FixedPrices(),
            providers=Providers(self.network, self.clock, max(2, self._scale.running // 3)),
            recipe=recipe,
            results=NoResults(),
            ids=UlidIds(self.clock, chance),
            rng=chance,
            clock=self.clock,
            running_limit=self._scale.running,
            reach=self._reach,
        )

    def _reach(self, point: str) -> None:
        """Be told of a named point; the task is the one whose runner is at it."""
        if point == points.ADMITTED and (runner := asyncio.current_task()) is not None:
            self.witness.admitted(TaskId(runner.get_name().removeprefix("task ")))
        self.fate.reached(point)

    def _latency(self) -> float:
        """Draw the seconds of a piece of the disk's work: short, now and then long, seldom very long."""
        kind = self._disk.random()
        return self._disk.uniform(0.002, 0.03) * (1.0 if kind < 0.99 else 20.0 if kind < 0.9995 else 500.0)

    def _take_apart(self, loop: WorldLoop) -> None:
        """Leave nothing of a life but what is on the disk; what its parts do while they end is seen by nobody."""
        self.trace.muted = True
        self.network.crash()
        for desk in self._desks:
            desk.gone = True
        for connection in self._connections:
            with suppress(apsw.ConnectionClosedError):
                connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # as after kill -9: the log stays
                connection.close()
        self._connections.clear()
        loop.set_exception_handler(lambda _loop, _context: None)
        loop.run_until_complete(self._end_all())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        self._engine = None
        self.trace.muted = False

    async def _end_all(self) -> None:
        """Cancel everything that still waits for what will never come."""
        if self._engine is not None:
            closing = asyncio.ensure_future(self._engine.drain_runners(0.0))  # so that no runner follows another
            await asyncio.sleep(0)
            closing.cancel()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
