"""The saved data: whether it is whole, how large it is, copies of it, and saving that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.damage import Damage
    from engine.domain.ids import TaskId
    from engine.domain.storage import Retention, StorageSizes


class Keeping(Protocol):
    """See `engine.face.Engine`."""

    async def saved(self) -> None:
        """Wait until every act so far is durable and shows."""
        ...

    async def mend(self) -> tuple[TaskId, ...]:
        """Save what waits in memory since saving failed, and resume what was paused for it; returns what resumed.

        Raises the `DroverError` that still stands in the way; nothing is lost by that.
        """
        ...

    def damage(self) -> tuple[Damage, ...]:
        """Return what was found damaged, at the start or since; `Totals.damaged` says how much."""
        ...

    async def storage(self) -> StorageSizes:
        """Return what the saved data takes up; reads all of it in small pieces."""
        ...

    def set_retention(self, policy: Retention) -> None:
        """Drop what `policy` says, little by little, from now on."""
        ...

    async def backup(self, file: Path) -> None:
        """Write a copy of the whole store, consistent while tasks run, checked and durable on return.

        Raises BACKUP_FAILED, and leaves a file of that name as it was; else that is replaced.
        """
        ...
