"""The spool as a file beside the database: one block a beat, by aiofiles, so that the loop never touches the disk."""

from __future__ import annotations

import asyncio
import errno
import os
from contextlib import suppress
from pathlib import Path

import aiofiles
import aiofiles.os
from aiofiles.threadpool.binary import AsyncFileIO

from engine.domain.ids import AttemptId
from engine.store.atomic import sync_folder
from engine.store.spool import MAGIC, unpack

NAME = "spool"
MOST_READ = 256 * 1024 * 1024
"""Bytes read at a start: many times what a spool grows to, and little enough to hold."""


class FileSpool:
    """See `engine.store.spool.Spool`. The caller holds the folder's lock; the folder exists.

    A spool that is written anew is synced before it takes the old one's name, which can take seconds. Until then
    appends go into both, so that neither a kill nor a slow disk makes the text that is kept older.
    """

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self._file = folder / NAME
        self._temporary = folder / f".{NAME}.new"
        self._now: AsyncFileIO | None = None
        self._next: AsyncFileIO | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._size = 0

    @property
    def size(self) -> int:
        """See `Spool`."""
        return self._size

    async def read(self) -> dict[AttemptId, str]:
        """See `Spool`."""
        return await asyncio.to_thread(read, self._file)

    async def append(self, frames: bytes) -> None:
        """See `Spool`."""
        if self._publishing is not None and self._publishing.done():
            await self._published()
        async with self._lock:
            if self._now is None and self._next is None:
                self._now = await aiofiles.open(self._file, "ab", buffering=0, opener=_private)
                self._size = await self._now.tell()
            block = frames if self._size else MAGIC + frames
            for opened in filter(None, (self._now, self._next)):
                await _write(opened, block)
            self._size += len(block)

    async def replace(self, frames: bytes) -> None:
        """See `Spool`."""
        with suppress(OSError):  # of an older try, whose place this one takes
            await self._published()
        if not frames:
            await self.close()
            with suppress(FileNotFoundError):
                await aiofiles.os.remove(self._file)
            self._size = 0
            return
        content = MAGIC + frames
        opened = await aiofiles.open(self._temporary, "wb", buffering=0, opener=_private)
        try:
            await _write(opened, content)
        except BaseException:
            await self._give_up(opened)
            raise
        self._next, self._size = opened, len(content)
        self._publishing = asyncio.get_running_loop().create_task(self._publish(opened), name="spool anew")

    async def close(self) -> None:
        """See `Spool`."""
        try:
            await self._published()
        finally:
            opened, self._now = self._now, None
            if opened is not None:
                await opened.close()

    async def _published(self) -> None:
        """Wait until what was written anew has its name; raises what went wrong with that."""
        publishing, self._publishing = self._publishing, None
        if publishing is not None:
            await publishing

    async def _publish(self, opened: AsyncFileIO) -> None:
        try:
            await asyncio.to_thread(os.fsync, opened.fileno())
            async with self._lock:
                await aiofiles.os.replace(self._temporary, self._file)
                before, self._now, self._next = self._now, opened, None
        except BaseException:
            async with self._lock:
                self._next = None
                await self._give_up(opened)
            raise
        if before is not None:
            await before.close()
        await asyncio.to_thread(sync_folder, self._file.parent)

    async def _give_up(self, opened: AsyncFileIO) -> None:
        await opened.close()
        with suppress(OSError):
            await aiofiles.os.remove(self._temporary)


def read(file: Path) -> dict[AttemptId, str]:
    """Return the text of every attempt in a spool's file; what is not there or does not hold is left out."""
    try:
        with file.open("rb") as opened:
            return unpack(opened.read(MOST_READ))
    except OSError:
        return {}


async def _write(opened: AsyncFileIO, block: bytes) -> None:
    if await opened.write(block) != len(block):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _private(file: str, flags: int) -> int:
    return os.open(file, flags, 0o600)
