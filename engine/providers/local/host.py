"""Keeps one child alive while it is wanted: starts it on demand, once, and again when it died, but not for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from engine.domain.clock import Clock
from engine.domain.errors import ErrorCode
from engine.providers.local.process import ModelProcess
from engine.providers.port import ProviderError

logger = logging.getLogger("drover.local")

WINDOW_S = 120.0
"""Deaths longer ago are forgotten."""
MAX_DEATHS = 5
"""Deaths within the window after which it is not started again."""
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 8.0

Starter = Callable[[], Awaitable[ModelProcess]]


def wait_before_start(deaths: Sequence[float], now: float) -> float | None:
    """Return the seconds to wait before the next start; None when it died too often. Times are monotonic."""
    recent = [death for death in deaths if now - death < WINDOW_S]
    if len(recent) >= MAX_DEATHS:
        return None
    if not recent:
        return 0.0
    wait = min(FIRST_WAIT_S * 2 ** (len(recent) - 1), LONGEST_WAIT_S)
    return max(0.0, recent[-1] + wait - now)


class ModelHost:
    """The one child of a provider."""

    def __init__(self, starter: Starter, clock: Clock) -> None:
        """Start children by `starter`, none yet."""
        self._starter = starter
        self._clock = clock
        self._process: ModelProcess | None = None
        self._starting: asyncio.Task[ModelProcess] | None = None
        self._deaths: list[float] = []
        self.closed = False
        """Whether no child will be started any more."""

    async def running(self) -> ModelProcess:
        """Return a child that runs, starting one where there is none; raises `ProviderError`.

        All who ask while it starts wait for the same start, which goes on when one of them is cancelled.
        """
        if self._process is not None and self._process.alive:
            return self._process
        if self.closed:
            raise _closed()
        if self._starting is None or self._starting.done():
            self._starting = asyncio.get_running_loop().create_task(self._start())
            self._starting.add_done_callback(_seen)
        await asyncio.wait([self._starting])
        if self._starting.cancelled():
            raise _closed()
        return self._starting.result()

    async def _start(self) -> ModelProcess:
        if self._process is not None:
            self._note_death()
            await self._process.close()
            self._process = None
        wait = wait_before_start(self._deaths, self._clock.monotonic())
        if wait is None:
            detail = f"{MAX_DEATHS} times within {WINDOW_S:.0f} s"
            raise ProviderError(ErrorCode.MODEL_DIED, detail, retryable=False, maybe_billed=False)
        await asyncio.sleep(wait)
        try:
            self._process = await self._starter()
        except ProviderError as error:
            if error.code is ErrorCode.MODEL_DIED:
                self._note_death()
            raise
        logger.info("local model runs as process %d", self._process.pid)
        return self._process

    def _note_death(self) -> None:
        logger.warning("local model died")
        self._deaths = [*self._deaths[-MAX_DEATHS:], self._clock.monotonic()]

    def worked(self) -> None:
        """Note a whole reply: a child that works may die as often again."""
        self._deaths.clear()

    async def close(self) -> None:
        """End the child, also one that is only starting; none is started after."""
        self.closed = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        if self._process is not None:
            await self._process.close()


def _closed() -> ProviderError:
    return ProviderError(ErrorCode.UNREACHABLE, "closed", retryable=False, maybe_billed=False)


def _seen(start: asyncio.Task[ModelProcess]) -> None:
    """Look at how a start ended, which nobody else may when all who asked for it were cancelled."""
    if not start.cancelled():
        start.exception()
