"""Models that are asked nothing more, because their provider billed more for an attempt than was held for it.

What a hold promised was not true of such a model, so no limit would hold with it either. A fence stands over restarts
until the person lifts it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from typing import Protocol

from engine.domain.fence import Fence
from engine.domain.step import Flag, Intent, Outcome


class FenceKeeper(Protocol):
    """Where fences lie durably: the store. The fake beside it is `engine.store.memory.MemoryStore`."""

    def set_fence(self, fence: Fence, *, up: bool) -> Awaitable[None]:
        """Store that a fence stands, or with `up` False that it does not any more."""
        ...

    async def fences(self) -> Sequence[Fence]:
        """Return those that stand."""
        ...


class Fences:
    """The fences that stand, in memory for every call to see."""

    def __init__(self, keeper: FenceKeeper) -> None:
        """Keep them in `keeper`."""
        self._keeper = keeper
        self._standing: dict[tuple[str, str], Fence] = {}

    def __iter__(self) -> Iterator[Fence]:
        """Go over those that stand, oldest first."""
        return iter(tuple(self._standing.values()))

    async def restore(self) -> None:
        """Start from what stood before."""
        self._standing = {(fence.provider, fence.model): fence for fence in await self._keeper.fences()}

    def stands(self, provider: str, model: str) -> bool:
        """Whether nothing may be asked of a model."""
        return (provider, model) in self._standing

    def judge(self, intent: Intent, outcome: Outcome) -> None:
        """Ask nothing more of a model that billed above its hold; queued to be durable before the outcome is."""
        if Flag.OVERBILLED not in outcome.flags:
            return
        fence = Fence(provider=intent.provider, model=intent.model, attempt=intent.attempt, at_ms=outcome.at_ms)
        self._standing[fence.provider, fence.model] = fence
        asyncio.ensure_future(self._keeper.set_fence(fence, up=True)).add_done_callback(_looked_at)

    async def lift(self, provider: str, model: str) -> None:
        """Let a model be asked again, durable on return; nothing to do where no fence stands."""
        fence = self._standing.get((provider, model))
        if fence is not None:
            await self._keeper.set_fence(fence, up=False)
            self._standing.pop((provider, model), None)


def _looked_at(saved: asyncio.Future[None]) -> None:
    """Leave a failure to the record that is queued behind it: that one is awaited."""
    if not saved.cancelled():
        saved.exception()
