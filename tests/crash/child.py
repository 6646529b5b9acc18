"""One life of the program under test: the real engine on the real store, over HTTP to the battery's own provider.

It says what it was told is durable, as a person would see it, and is killed at a named point or from outside.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from app.lock import FolderLock, Owner
from engine.cost.ledger import MemoryLedger
from engine.cost.port import Quote
from engine.cost.prices import Catalogue
from engine.domain.clock import SystemClock, UlidIds
from engine.domain.ids import TaskId
from engine.domain.step import AttemptStatus, Checkpoint, Intent, Note, Outcome
from engine.domain.task import Standing
from engine.providers.directory import ConfiguredProviders
from engine.providers.openai import OpenAIConfig
from engine.recipes import recipe
from engine.results.port import NoResults
from engine.runtime.parts import EngineParts
from engine.runtime.supervisor import Supervisor
from engine.store.port import Store, StoredTask
from engine.store.spool_file import FileSpool
from engine.store.store import open_store
from tests.crash.herd import PRICE, PROVIDER, herd
from tests.crash.orders import Acknowledged, Finished, Order, Submitted, tell
from tests.mutants.registry import mutated

ACKNOWLEDGED = "acknowledged"
"""The battery's own point: a step has just been said to be durable."""


async def live(order: Order) -> None:
    """Run the order's tasks from where they stand until all are at rest; raises what goes wrong."""
    with mutated(order.mutant):
        await _live(order)
    tell(Finished())


async def _live(order: Order) -> None:
    folder, reach = Path(order.folder), Killer(order.point, order.visit)
    with FolderLock(folder / "lock", Owner(pid=os.getpid(), kind="command", since_ms=0)):
        store = WatchedStore(await open_store(folder, reach=reach), reach)
        engine = await Supervisor.open(_parts(order, store, reach))
        if engine.snapshots():
            engine.resume_all()
            await store.settled()
        else:
            tell(Submitted(tasks=await engine.submit(herd(order.herd))))
        async for _ in engine.watch_all():
            pass
        await engine.close(grace_s=0.0)


def _parts(order: Order, store: Store, reach: Callable[[str], None]) -> EngineParts:
    clock, provider = SystemClock(), OpenAIConfig(name=PROVIDER, base_url=order.base_url)
    return EngineParts(
        store=store,
        ledger=MemoryLedger(),
        prices=Catalogue(own={(PROVIDER, ""): Quote(price=PRICE, price_list="battery")}),
        providers=ConfiguredProviders([provider]),
        recipe=recipe,
        results=NoResults(),
        ids=UlidIds(clock, random.SystemRandom()),
        rng=random.SystemRandom(),
        clock=clock,
        reach=reach,
        spool=FileSpool(Path(order.folder)),
    )


class Killer:
    """A `Reach` that ends this process as a power switch would; called on the loop's and the writer's thread."""

    def __init__(self, point: str, visit: int) -> None:
        """Kill at the `visit`-th visit to `point`."""
        self._point = point
        self._left = visit

    def __call__(self, point: str) -> None:
        """Visit a point."""
        if point == self._point:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


class WatchedStore:
    """A `Store` that tells of each accepted step whose outcome was said to be durable."""

    def __init__(self, store: Store, reach: Callable[[str], None]) -> None:
        """Watch `store`."""
        self._store = store
        self._reach = reach
        self._last: Awaitable[None] | None = None
        self.scan = store.scan
        self.load = store.load
        self.steps = store.steps
        self.replies = store.replies
        self.history = store.history
        self.checkpoints = store.checkpoints
        self.point = store.point
        self.parent = store.parent
        self.follow = store.follow
        self.log = store.log
        self.open_attempts = store.open_attempts
        self.spending = store.spending
        self.outlays = store.outlays
        self.differing = store.differing
        self.budgets = store.budgets
        self.fences = store.fences
        self.check = store.check
        self.holding = store.holding
        self.sizes = store.sizes
        self.used = store.used
        self.suspect = store.suspect
        self.drop_raw = store.drop_raw
        self.drop_texts = store.drop_texts
        self.drop_deleted = store.drop_deleted
        self.backup = store.backup
        self.damage = store.damage
        self.ledger = store.ledger
        self.fork = store.fork
        self.append_correction = store.append_correction
        self.undelete = store.undelete
        self.set_budget = store.set_budget
        self.set_fence = store.set_fence
        self.mend = store.mend
        self.health = store.health
        self.close = store.close

    async def settled(self) -> None:
        """Wait until the last record called for is durable, and with it all before it."""
        if self._last is not None:
            await self._last

    def append_outcome(self, outcome: Outcome, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        saved = asyncio.ensure_future(self._store.append_outcome(outcome, standing))
        if outcome.status is AttemptStatus.ACCEPTED:
            saved.add_done_callback(lambda done: self._acknowledge(outcome, done))
        return self._kept(saved)

    def _acknowledge(self, outcome: Outcome, done: asyncio.Future[None]) -> None:
        if done.exception() is None:
            sha256 = hashlib.sha256(outcome.text.encode()).hexdigest()
            tell(Acknowledged(task=outcome.task, step=outcome.step, sha256=sha256))
            self._reach(ACKNOWLEDGED)

    def create(self, tasks: Sequence[StoredTask]) -> Awaitable[None]:
        """See `Store`."""
        return self._kept(self._store.create(tasks))

    def append_intent(self, intent: Intent, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        return self._kept(self._store.append_intent(intent, standing))

    def append_note(self, note: Note, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        return self._kept(self._store.append_note(note, standing))

    def checkpoint(self, checkpoint: Checkpoint, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        return self._kept(self._store.checkpoint(checkpoint, standing))

    def edit(self, task: StoredTask, note: Note) -> Awaitable[None]:
        """See `Store`."""
        return self._kept(self._store.edit(task, note))

    def delete(self, tasks: Sequence[TaskId]) -> Awaitable[None]:
        """See `Store`."""
        return self._kept(self._store.delete(tasks))

    def _kept(self, saved: Awaitable[None]) -> Awaitable[None]:
        self._last = saved
        return saved
