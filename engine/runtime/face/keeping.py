"""The saved data: whether it is whole, how large it is, copies of it, and saving that failed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.domain.states import PauseReason, State

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.damage import Damage
    from engine.domain.ids import TaskId
    from engine.domain.storage import Retention, StorageSizes
    from engine.runtime.rooms import Rooms


class Keeping:
    """See `engine.face.keeping`."""

    def __init__(self, rooms: Rooms) -> None:
        """Answer for `rooms`."""
        self._rooms = rooms

    async def saved(self) -> None:
        """See `Keeping`."""
        await self._rooms.journal.settled()

    async def mend(self) -> tuple[TaskId, ...]:
        """See `Keeping`."""
        await self._rooms.parts.store.mend()
        self._rooms.journal.mended()
        await self._rooms.spooling.start(())  # where what it had found could not be saved at the start
        self._rooms.crew.fill()
        held_up = [
            r.id for r in self._rooms.register if r.tip.state is State.PAUSED and r.tip.reason == PauseReason.STORAGE
        ]
        return self._rooms.acts.resume(held_up)

    def damage(self) -> tuple[Damage, ...]:
        """See `Keeping`."""
        return self._rooms.damages.all()

    async def storage(self) -> StorageSizes:
        """See `Keeping`."""
        sizes, results = await asyncio.gather(self._rooms.parts.store.sizes(), self._rooms.parts.results.size())
        return replace(sizes, results=results)

    def set_retention(self, policy: Retention) -> None:
        """See `Keeping`."""
        self._rooms.upkeep.set_retention(policy)

    async def backup(self, file: Path) -> None:
        """See `Keeping`."""
        await self._rooms.parts.store.backup(file)
