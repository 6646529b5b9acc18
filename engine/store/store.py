"""The store of a folder: writer, reader and watermark put together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from engine.domain.clock import Clock, SystemClock
from engine.domain.damage import STORE, Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.fence import Fence
from engine.domain.ids import TaskId
from engine.domain.step import Checkpoint, Correction, Fork, Intent, Note, Outcome
from engine.domain.storage import StorageSizes
from engine.domain.task import Standing
from engine.store import watermark
from engine.store.atomic import sync_folder
from engine.store.backup import back_up
from engine.store.connection import as_store_errors, not_writable, open_reader, open_writer
from engine.store.database import Database
from engine.store.port import StoredTask, StoreHealth
from engine.store.reader import Reader
from engine.store.repair.start import Prepared, prepare
from engine.store.sizes import used
from engine.store.suspects import write_suspects
from engine.store.transactor import Append, Create, Delete, Drop, Edit, SetBudget, SetFence, Transactor
from engine.store.trimming import all_of_deleted, pieces, raw_of, texts_of
from engine.store.writer import Writer

FILE = "drover.db"
WATERMARK_S = 0.8
"""Seconds from a commit to its watermark."""

logger = logging.getLogger("drover.store")


def ignore(point: str) -> None:
    """Do nothing at a named point."""
    del point


class SqliteStore(Reader):
    """See `engine.store.port.Store`. Made by `open_store`."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        transactor: Transactor,
        connection: Database,
        executors: tuple[Executor, Executor],
    ) -> None:
        """Write by `transactor` and read by `connection`, each on an executor of one thread."""
        writing, reading = executors
        super().__init__(connection, reading)
        self._folder = folder
        self._clock = clock
        self._transactor = transactor
        self._executors = executors
        self._writing = writing
        self._writer = Writer(transactor, writing, clock, self._committed, self._failed)
        self._marking: asyncio.TimerHandle | None = None
        self._marked: asyncio.Future[None] | None = None
        self._bytes = _size(folder)
        self.damage: tuple[Damage, ...] = ()
        """What was found damaged when it was opened."""
        self.lost = 0
        """Records that the watermark knows and the database does not: 0 unless its tail was lost."""

    def create(self, tasks: Sequence[StoredTask]) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Create(tuple(tasks)))

    def fork(self, task: StoredTask, fork: Fork) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Create((task,), fork))

    def append_intent(self, intent: Intent, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Append(intent, standing))

    def append_outcome(self, outcome: Outcome, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Append(outcome, standing))

    def append_correction(self, correction: Correction, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Append(correction, standing))

    def append_note(self, note: Note, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Append(note, standing))

    def checkpoint(self, checkpoint: Checkpoint, standing: Standing) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Append(checkpoint, standing))

    def edit(self, task: StoredTask, note: Note) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Edit(task, note))

    def delete(self, tasks: Sequence[TaskId]) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Delete(tuple(tasks), self._clock.wall_ms()))

    def undelete(self, tasks: Sequence[TaskId]) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(Delete(tuple(tasks), None))

    def set_budget(self, level: str, key: str, amount: int | None) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(SetBudget(level, key, amount))

    def set_fence(self, fence: Fence, *, up: bool) -> asyncio.Future[None]:
        """See `Store`."""
        return self._writer.put(SetFence(fence, up))

    def suspect(self, tasks: Sequence[TaskId]) -> asyncio.Future[None]:
        """See `Store`."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._writing, write_suspects, self._folder, tuple(tasks))

    async def drop_raw(self, task: TaskId, before_ms: int) -> None:
        """See `Store`."""
        found = await self._on_thread(lambda: raw_of(self._connection, task, before_ms))
        await self._drop(found, texts=False, raw=True)

    async def drop_texts(self, task: TaskId, before_ms: int) -> None:
        """See `Store`."""
        found = await self._on_thread(lambda: texts_of(self._connection, task, before_ms))
        await self._drop(found, texts=True, raw=False)

    async def drop_deleted(self, before_ms: int) -> None:
        """See `Store`."""
        found = await self._on_thread(lambda: all_of_deleted(self._connection, before_ms))
        await self._drop(found, texts=True, raw=True)

    async def _drop(self, records: list[int], *, texts: bool, raw: bool) -> None:
        for piece in pieces(records):
            await self._writer.drained()
            await self._writer.put(Drop(piece, texts, raw))

    async def backup(self, file: Path) -> None:
        """See `Store`."""
        await asyncio.to_thread(back_up, self._folder / FILE, file)

    async def used(self) -> int:
        """See `Store`."""
        return await self._on_thread(lambda: used(self._connection))

    async def sizes(self) -> StorageSizes:
        """See `StoreReader`."""
        return msgspec.structs.replace(await super().sizes(), total=_size(self._folder))

    async def mend(self) -> None:
        """See `Store`."""
        await self._writer.mend()

    def health(self) -> StoreHealth:
        """See `Store`."""
        p50, p99 = self._writer.speed.percentiles_ms()
        return StoreHealth(
            bytes_on_disk=self._bytes,
            last_saved_at_ms=self._writer.speed.last_saved_at_ms,
            save_p50_ms=p50,
            save_p99_ms=p99,
            queued=self._writer.queued,
            trouble=self._writer.trouble,
        )

    async def close(self) -> None:
        """See `Store`."""
        await self._writer.drained()
        try:
            await self._writer.mend()
        except DroverError as error:
            logger.warning("closed with %d writes that could not be saved: %s", self._writer.queued, error)
        if self._marking is not None:
            self._marking.cancel()
            self._mark()
        if self._marked is not None:
            await self._marked
        await super().close()
        await asyncio.get_running_loop().run_in_executor(self._writing, self._transactor.close)
        for executor in self._executors:
            executor.shutdown(wait=False)

    def _committed(self) -> None:
        if self._marking is None:
            self._marking = asyncio.get_running_loop().call_later(WATERMARK_S, self._mark)

    def _failed(self, error: DroverError) -> None:
        """Have the next start look at everything where writing met damage: the heads of tasks do not show it."""
        if error.code is ErrorCode.STORE_DAMAGED:
            self.suspect([STORE])

    def _mark(self) -> None:
        self._marking = None
        self._marked = asyncio.get_running_loop().run_in_executor(self._writing, self._write_mark)

    def _write_mark(self) -> None:
        """On the writer's thread, where no transaction is open and the last one is durable."""
        self._bytes = _size(self._folder)
        mark = msgspec.structs.replace(self._transactor.durable, at_ms=self._clock.wall_ms())
        try:
            watermark.write(self._folder, mark)
        except OSError as error:
            logger.warning("the watermark could not be written: %s", error)


async def open_store(
    folder: Path,
    *,
    clock: Clock | None = None,
    reach: Callable[[str], None] = ignore,
    executors: tuple[Executor, Executor] | None = None,
) -> SqliteStore:
    """Open the store of a folder, making both where there are none; the caller holds the folder's lock.

    What is damaged of it is repaired first, see `engine.store.repair`, and told in the store's `damage`.

    Raises:
        DroverError: FOLDER_NOT_WRITABLE, DISK_FULL, NOT_A_STORE, STORE_TOO_NEW, STORE_UNREADABLE, STORE_FAILED.
    """
    writing, reading = executors or (ThreadPoolExecutor(1, "store-writer"), ThreadPoolExecutor(1, "store-reader"))

    clock = clock or SystemClock()
    loop = asyncio.get_running_loop()
    try:
        opening = loop.run_in_executor(writing, _open_both, folder, reach, clock.wall_ms())
        transactor, connection, prepared = await opening
    except BaseException:
        writing.shutdown(wait=False)
        reading.shutdown(wait=False)
        raise
    store = SqliteStore(folder, clock, transactor, connection, (writing, reading))
    store.damage, store.lost = prepared.damage, prepared.lost
    return store


def _open_both(folder: Path, reach: Callable[[str], None], now_ms: int) -> tuple[Transactor, Database, Prepared]:
    _make(folder)
    prepared = prepare(folder, now_ms)
    with ExitStack() as opened, as_store_errors():
        transactor = Transactor(lambda: open_writer(folder / FILE), reach)
        opened.callback(transactor.close)
        reader = open_reader(folder / FILE)
        opened.callback(reader.close)
        opened.pop_all()
    return transactor, reader, prepared


async def open_store_reader(folder: Path) -> Reader:
    """Open the store of a folder for reading only, beside whoever writes it; raises `DroverError`."""
    executor = ThreadPoolExecutor(1, "store-reader")
    loop = asyncio.get_running_loop()
    try:
        connection = await loop.run_in_executor(executor, _open_to_read, folder)
    except BaseException:
        executor.shutdown(wait=False)
        raise
    return Reader(connection, executor)


def _open_to_read(folder: Path) -> Database:
    """Open a store for reading; where a watermark counts records, what is there no more was one, and is damaged."""
    try:
        return open_reader(folder / FILE)
    except DroverError as error:
        mark = watermark.read(folder)
        if error.code is ErrorCode.NOT_A_STORE and mark is not None and mark.hash:
            raise DroverError(ErrorCode.STORE_DAMAGED, error.detail) from error
        raise


def _make(folder: Path) -> None:
    """Make the folder, durably: what is synced in it is lost with it when its name is."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in new or (folder,):  # an earlier start may have ended before it came to this
            with suppress(PermissionError):  # of a parent that may be entered and not read
                sync_folder(each.parent)
    except OSError as error:
        raise not_writable(error) from error


def _size(folder: Path) -> int:
    total = 0
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            total += (folder / f"{FILE}{suffix}").stat().st_size
    return total
