"""How many requests a provider takes at the same time: first come, first served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Slots:
    """Slots by provider name. A provider with no limit of its own has no slots and never waits."""

    def __init__(self) -> None:
        """Begin with no provider known."""
        self._by_provider: dict[str, asyncio.Semaphore] = {}

    def busy(self, provider: str, concurrency: int | None) -> bool:
        """Whether taking a slot would wait."""
        return concurrency is not None and self._of(provider, concurrency).locked()

    @asynccontextmanager
    async def take(self, provider: str, concurrency: int | None) -> AsyncGenerator[None]:
        """Hold a slot for the body; waits for one."""
        if concurrency is None:
            yield
            return
        async with self._of(provider, concurrency):
            yield

    def _of(self, provider: str, concurrency: int) -> asyncio.Semaphore:
        return self._by_provider.setdefault(provider, asyncio.Semaphore(concurrency))
