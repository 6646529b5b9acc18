"""What the engine does for the store when there is nothing better to do: checks every chain, drops what may go.

Both in the background, in small pieces, and resting for longer than they work.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import AT_REST, State
from engine.domain.storage import Retention
from engine.runtime.ports import logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engine.domain.clock import Clock
    from engine.domain.ids import TaskId
    from engine.runtime.damages import Damages
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register
    from engine.store.port import Store

PIECE_S = 0.005
"""Seconds of checking before a rest."""
REST = 3.0
"""A rest is this many times as long as the work before it."""
ROUND_S = 600.0
"""Seconds between two looks at what may be dropped."""
UNDO_MS = 30 * 86_400_000
"""Milliseconds for which a deletion can be taken back."""
DAY_MS = 86_400_000
MEGABYTE = 1_000_000


class Upkeep:
    """Two jobs beside the runners, ended by `stop`."""

    def __init__(self, register: Register, store: Store, damages: Damages, clock: Clock) -> None:
        """Look after `store`."""
        self._register = register
        self._store = store
        self._damages = damages
        self._clock = clock
        self._jobs: list[asyncio.Task[None]] = []
        self._policy = Retention()
        self._changed = asyncio.Event()
        self.checked = 0
        """Tasks whose chain has been followed to its end since the start."""

    def start(self) -> None:
        """Begin, on the running loop."""
        loop = asyncio.get_running_loop()
        self._jobs = [loop.create_task(self._check_all()), loop.create_task(self._drop_for_ever())]

    async def stop(self) -> None:
        """End; what was begun is finished or left."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    def set_retention(self, policy: Retention) -> None:
        """Drop by `policy` from now on."""
        self._policy = policy
        self._changed.set()

    # --- checking

    async def _check_all(self) -> None:
        began = self._clock.monotonic()
        for task in [record.id for record in self._register]:
            await self._check(task)
            used = self._clock.monotonic() - began
            if used >= PIECE_S:
                await asyncio.sleep(used * REST)
                began = self._clock.monotonic()

    async def _check(self, task: TaskId) -> None:
        try:
            with self._damages.named(task):
                await self._store.check(task)
        except DroverError as error:
            if error.code not in (ErrorCode.UNKNOWN_TASK, ErrorCode.STORE_DAMAGED):  # deleted meanwhile; named
                logger.warning("task %s could not be checked: %s", task, error)
        self.checked += 1

    # --- dropping

    async def _drop_for_ever(self) -> None:
        while True:
            self._changed.clear()
            try:
                await self._store.drop_deleted(self._clock.wall_ms() - UNDO_MS)
                await self._drop_old()
                await self._drop_large()
            except DroverError as error:
                logger.warning("nothing more is dropped for now: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(ROUND_S):  # `wait_for` of Python 3.11 swallows a cancellation
                    await self._changed.wait()

    async def _drop_old(self) -> None:
        policy, now = self._policy, self._clock.wall_ms()
        if policy.raw_days is not None:
            for record in self._at_rest():
                await self._store.drop_raw(record.id, now - policy.raw_days * DAY_MS)
        if policy.texts_days is not None:
            for record in self._completed():
                await self._store.drop_texts(record.id, now - policy.texts_days * DAY_MS)

    async def _drop_large(self) -> None:
        policy = self._policy
        await self._shrink(policy.raw_megabytes, self._at_rest, self._store.drop_raw)
        await self._shrink(policy.texts_megabytes, self._completed, self._store.drop_texts)

    async def _shrink(
        self,
        megabytes: int | None,
        candidates: Callable[[], list[TaskRecord]],
        drop: Callable[[TaskId, int], Awaitable[None]],
    ) -> None:
        if megabytes is None or await self._store.used() <= megabytes * MEGABYTE:
            return
        for record in candidates():
            await drop(record.id, self._clock.wall_ms())
            if await self._store.used() <= megabytes * MEGABYTE:
                return

    def _at_rest(self) -> list[TaskRecord]:
        """Return the tasks of which nothing runs or waits to run, those that ended first in front."""
        found = [r for r in self._register if r.tip.state in AT_REST and r.standing.state in AT_REST]
        return sorted(found, key=lambda record: record.standing.ended_at_ms or 0)

    def _completed(self) -> list[TaskRecord]:
        return [record for record in self._at_rest() if record.tip.state is State.COMPLETED]
