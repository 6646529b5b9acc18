"""The queue before the transactor: what is called for while one batch is being written is the next batch.

One executor thread writes; the loop never waits for the disk. A simulation passes an executor that runs inline.

Nothing that was called for is ever dropped. When a commit fails, the store is opened anew at once, what the file then
has is not written again, and the rest is. Where that fails, too, the queue is fenced: whoever waits is told why, later
calls are told the same, every write stays in memory in its order, and `mend` tries again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from engine.domain.clock import Clock
from engine.domain.errors import DroverError, ErrorCode
from engine.store.speed import Speed
from engine.store.transactor import Transactor, Write

MAX_BATCH = 4_000
"""Writes in one transaction at most: beyond it, one batch would hold the next one up."""

TIMED = 64
"""Writes of a transaction whose time is taken at most, each for as many of its neighbours."""

logger = logging.getLogger("drover.store")


@dataclass(slots=True, eq=False)
class _Pending:
    """A write called for and not yet durable."""

    write: Write
    since: float
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def saved(self) -> None:
        if not self.done.done():  # else its caller was cancelled, or told of a failure; it is written all the same
            self.done.set_result(None)

    def failed(self, error: DroverError) -> None:
        if not self.done.done():
            self.done.set_exception(error)
            self.done.exception()  # looked at: a caller that only queues need not await


class Writer:
    """Puts writes into transactions, in the order of the calls."""

    def __init__(
        self,
        transactor: Transactor,
        executor: Executor,
        clock: Clock,
        committed: Callable[[], None],
        failed: Callable[[DroverError], None] | None = None,
    ) -> None:
        """Write on `executor`, which has one thread; call `committed` on the loop after each transaction.

        `failed` hears why nothing is written any more.
        """
        self._transactor = transactor
        self._executor = executor
        self._clock = clock
        self._committed = committed
        self._failed = failed
        self._queue: list[_Pending] = []
        self._in_hand = 0
        self._writing: asyncio.Task[None] | None = None
        self.trouble: DroverError | None = None
        """Why nothing is being written; None while all is well."""
        self.speed = Speed(clock)

    @property
    def queued(self) -> int:
        """Writes called for and not yet durable."""
        return len(self._queue) + self._in_hand

    def put(self, write: Write) -> asyncio.Future[None]:
        """Queue a write; the future is done when it is durable, or fails with why that is not known."""
        pending = _Pending(write, self._clock.monotonic())
        self._queue.append(pending)
        if self.trouble is not None:
            pending.failed(self.trouble)
        elif self._writing is None:
            self._begin()
        return pending.done

    async def drained(self) -> None:
        """Wait until everything called for so far has been written or has failed."""
        while self._writing is not None:
            await asyncio.shield(self._writing)

    async def mend(self) -> None:
        """Open the store anew and write what waits; raises the `DroverError` that still stands in the way."""
        await self.drained()
        if self.trouble is None:
            return
        await self._reopen()
        self.trouble = None
        self._begin()
        await self.drained()
        if self.trouble is not None:
            raise self.trouble

    def _begin(self) -> None:
        if self._queue:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def _reopen(self) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._transactor.reopen)

    async def _commit(self, batch: list[_Pending]) -> DroverError | None:
        writes = [pending.write for pending in batch]
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._transactor.commit, writes)

    async def _write(self) -> None:
        try:
            while self._queue and self.trouble is None:
                batch, self._queue = self._queue[:MAX_BATCH], self._queue[MAX_BATCH:]
                self._in_hand = len(batch)
                left = await self._persist(batch)
                self._in_hand, self._queue = 0, left + self._queue
        finally:
            self._writing, self._in_hand = None, 0

    async def _persist(self, batch: list[_Pending]) -> list[_Pending]:
        """Write a batch; return what of it still waits, after telling who called for it."""
        error = await self._saved(batch)
        if error is None:
            self._acknowledge(batch)
        elif error.code is not ErrorCode.INTERNAL:
            self._fail(error, batch)
            return batch
        elif len(batch) == 1:
            logger.error("a write that cannot be stored is left out: %s", error)
            batch[0].failed(error)
        else:  # one of them is at fault: the others shall not suffer by it
            middle = len(batch) // 2
            left = await self._persist(batch[:middle])
            return left + batch[middle:] if left else await self._persist(batch[middle:])
        return []

    async def _saved(self, batch: list[_Pending]) -> DroverError | None:
        """Write a batch, after a failure once more through a database opened anew; return why it is not known durable.

        INTERNAL means that the database is well and the batch is not.
        """
        error = await self._commit(batch)
        if error is None:
            return None
        try:
            if await self._reopen():
                return None
            error = await self._commit(batch)
            if error is not None and error.code is ErrorCode.INTERNAL:
                await self._reopen()
        except DroverError as unopened:
            return unopened
        return error

    def _fail(self, error: DroverError, batch: list[_Pending]) -> None:
        self.trouble = error
        if self._failed is not None:
            self._failed(error)
        for pending in (*batch, *self._queue):
            pending.failed(error)

    def _acknowledge(self, batch: list[_Pending]) -> None:
        now = self._clock.monotonic()
        share = -(-len(batch) // TIMED)
        for pending in batch[::share]:
            if not pending.done.done():
                self.speed.saved(now - pending.since, share)
        for pending in batch:
            pending.saved()
        self._committed()
