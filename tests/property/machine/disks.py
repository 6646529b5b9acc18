"""What the engine of the machine writes to: the memory store, which takes its time, or the real one on real files.

Either can fail, be mended, and lose its power: what it held at that moment is what the next life finds.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import apsw

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import Record
from engine.store import points
from engine.store.codec import Encoded, decode
from engine.store.connection import open_reader
from engine.store.database import Database
from engine.store.memory import MemoryStore
from engine.store.port import Store
from engine.store.rows import PLACES
from engine.store.store import FILE, SqliteStore, open_store
from engine.store.watermark import NAME as WATERMARK
from tests.inline import Inline
from tests.virtual_time import LoopClock

ROWS = (
    "SELECT task.id, kind, at, header, text, raw FROM task"
    f" JOIN record ON record.id BETWEEN no * {PLACES} AND (no + 1) * {PLACES} - 1 ORDER BY record.id"
)
"""All records, read past everything that is under test."""

HASH = f"SELECT hash FROM task JOIN record ON record.id = no * {PLACES} + ? WHERE task.id = ?"

LAG_S = 0.01
"""Virtual seconds from a call of the memory store to durable."""


class Disk(Protocol):
    """What outlives the program."""

    async def start(self) -> Store:
        """Return a store on what is there."""
        ...

    def records(self) -> Mapping[TaskId, Sequence[Record]]:
        """Return all that is durable, deleted tasks among it; raises `DroverError` where it does not hold."""
        ...

    def fail(self, *, failing: bool) -> None:
        """Let no write succeed, or let them again."""
        ...

    def cut(self) -> Callable[[], None]:
        """Cut the power: what is durable now is there in the next life, once what is returned was called."""
        ...

    def close(self) -> None:
        """Be gone."""
        ...


class LaggingStore(MemoryStore):
    """A memory store in which what is called for is durable a moment later, in its order."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self._coming: list[tuple[Callable[[], object], asyncio.Future[None]]] = []

    def _write(self, write: Callable[[], object]) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._coming.append((write, done))
        loop.call_later(LAG_S, self._arrive)
        return done

    def _arrive(self) -> None:
        write, done = self._coming.pop(0)
        error = super()._write(write).exception()
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
            done.exception()

    async def _drained(self) -> None:
        while self._coming:
            await asyncio.wait([self._coming[-1][1]])

    async def mend(self) -> None:
        """See `Store`."""
        await self._drained()
        await super().mend()

    async def close(self) -> None:
        """See `Store`."""
        await self._drained()


class MemoryDisk:
    """See `Disk`; on the memory store."""

    def __init__(self) -> None:
        """Begin empty."""
        self._store = LaggingStore()

    async def start(self) -> LaggingStore:
        """See `Disk`."""
        return self._store

    def records(self) -> Mapping[TaskId, Sequence[Record]]:
        """See `Disk`."""
        return self._store.records

    def fail(self, *, failing: bool) -> None:
        """See `Disk`."""
        self._store.failing = DroverError(ErrorCode.DISK_FULL) if failing else None

    def cut(self) -> Callable[[], None]:
        """See `Disk`."""
        old, held = self._store, LaggingStore()
        held.tasks = dict(old.tasks)
        held.records = {task: list(records) for task, records in old.records.items()}
        held.deleted, held.limits, held.fenced = dict(old.deleted), dict(old.limits), dict(old.fenced)

        def swap() -> None:
            self._store = held

        return swap

    def close(self) -> None:
        """See `Disk`."""


class FileDisk:
    """See `Disk`; on the real store. Each life has a folder of its own, made of what the one before left."""

    def __init__(self) -> None:
        """Begin with an empty folder."""
        self._root = tempfile.TemporaryDirectory(prefix="drover-machine-")
        self._lives = 0
        self._reader: Database | None = None
        self._failing = False
        self.stumbling = ""
        """The point at which the next commit fails."""

    @property
    def folder(self) -> Path:
        """The folder of this life."""
        return Path(self._root.name, str(self._lives))

    async def start(self) -> SqliteStore:
        """See `Disk`."""
        self.store = await open_store(self.folder, clock=LoopClock(), reach=self._reach, executors=(Inline(), Inline()))
        self._reader = open_reader(self.folder / FILE)
        return self.store

    def records(self) -> Mapping[TaskId, Sequence[Record]]:
        """See `Disk`."""
        if self._reader is None:
            return {}
        found: dict[TaskId, list[Record]] = {}
        for task, *row in self._reader.execute(ROWS):
            found.setdefault(task, []).append(decode(task, Encoded(*row)))
        return found

    def fail(self, *, failing: bool) -> None:
        """See `Disk`."""
        self._failing = failing

    def cut(self) -> Callable[[], None]:
        """See `Disk`."""
        copy(self.folder, Path(self._root.name, str(self._lives + 1)))

        def swap() -> None:
            self._lives += 1

        return swap

    def hash_of(self, task: TaskId, place: int) -> bytes:
        """Return the hash of a record, by its place in its task's chain."""
        assert self._reader is not None
        (found,) = self._reader.execute(HASH, (place, task))
        return found[0]

    def beside(self, name: str) -> Path:
        """Return a copy of the folder as it is now."""
        folder = Path(self._root.name, name)
        shutil.rmtree(folder, ignore_errors=True)
        copy(self.folder, folder)
        return folder

    def close(self) -> None:
        """See `Disk`."""
        self._root.cleanup()

    def _reach(self, point: str) -> None:
        stumbles = point == self.stumbling
        if stumbles:
            self.stumbling = ""
        if stumbles or (self._failing and point == points.BEFORE_COMMIT):
            raise apsw.IOError("by the machine")


def copy(folder: Path, to: Path) -> None:
    """Copy what a store's folder holds at this moment."""
    to.mkdir()
    for name in (FILE, f"{FILE}-wal", WATERMARK):
        if (folder / name).exists():
            shutil.copyfile(folder / name, to / name)
