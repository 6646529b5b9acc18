"""The two kinds of store behind one handle, so that one suite holds for both, also after opening anew."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from engine.store.memory import MemoryStore
from engine.store.port import Store
from engine.store.store import open_store


class Shelf(Protocol):
    """A store, and the same records opened again."""

    store: Store

    async def reopen(self) -> Store:
        """Close the store and open it again."""
        ...


class Files:
    """The real store, in a folder."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store

    async def reopen(self) -> Store:
        """See `Shelf`."""
        await self.store.close()
        self.store = await open_store(self.folder)
        return self.store


class Memory:
    """The fake, which outlives whoever uses it."""

    def __init__(self) -> None:
        self.store: Store = MemoryStore()

    async def reopen(self) -> Store:
        """See `Shelf`."""
        await self.store.close()
        return self.store
