"""The queue before the transactor: what is called for while one batch is being written is the next batch.

One executor thread writes; the loop never waits for the disk. A simulation passes an executor that runs inline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from engine.domain.clock import Clock
from engine.domain.errors import DroverError
from engine.store.speed import Speed
from engine.store.transactor import Transactor, Write

MAX_BATCH = 4_000
"""Writes in one transaction at most: beyond it, one batch would hold the next one up."""


@dataclass(slots=True, eq=False)
class _Pending:
    """A write called for and not yet durable."""

    write: Write
    since: float
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Writer:
    """Puts writes into transactions, in the order of the calls."""

    def __init__(self, transactor: Transactor, executor: Executor, clock: Clock, committed: Callable[[], None]) -> None:
        """Write on `executor`, which has one thread; call `committed` on the loop after each transaction."""
        self._transactor = transactor
        self._executor = executor
        self._clock = clock
        self._committed = committed
        self._queue: list[_Pending] = []
        self._in_hand = 0
        self._writing: asyncio.Task[None] | None = None
        self.speed = Speed(clock)

    @property
    def queued(self) -> int:
        """Writes called for and not yet durable."""
        return len(self._queue) + self._in_hand

    def put(self, write: Write) -> asyncio.Future[None]:
        """Queue a write; the future is done when it is durable, or fails with `DroverError`."""
        pending = _Pending(write, self._clock.monotonic())
        self._queue.append(pending)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())
        return pending.done

    async def drained(self) -> None:
        """Wait until everything called for so far has been written or has failed."""
        while self._writing is not None:
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._queue:
                batch, self._queue = self._queue[:MAX_BATCH], self._queue[MAX_BATCH:]
                self._in_hand = len(batch)
                writes = [pending.write for pending in batch]
                error = await loop.run_in_executor(self._executor, self._transactor.commit, writes)
                self._acknowledge(batch, error)
        finally:
            self._writing, self._in_hand = None, 0

    def _acknowledge(self, batch: list[_Pending], error: DroverError | None) -> None:
        now, self._in_hand = self._clock.monotonic(), 0
        for pending in batch:
            if pending.done.done():  # its caller was cancelled; the record is written all the same
                continue
            if error is None:
                self.speed.saved(now - pending.since)
                pending.done.set_result(None)
            else:
                pending.done.set_exception(error)
                pending.done.exception()  # looked at: a caller that only queues need not await
        if error is None:
            self._committed()
