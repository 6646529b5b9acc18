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
from engine.store.spool import MAGIC, unpack
from engine.store.watermark import sync_folder

NAME = "spool"
MOST_READ = 256 * 1024 * 1024
"""Bytes read at a start: many times what a spool grows to, and little enough to hold."""


class FileSpool:
    """See `engine.store.spool.Spool`. The caller holds the folder's lock; the folder exists."""

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self._file = folder / NAME
        self._temporary = folder / f".{NAME}.new"
        self._opened: AsyncFileIO | None = None
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
        if self._opened is None:
            self._opened = await aiofiles.open(self._file, "ab", buffering=0, opener=_private)
            self._size = await self._opened.tell()
        await self._write(self._opened, frames if self._size else MAGIC + frames)

    async def replace(self, frames: bytes) -> None:
        """See `Spool`. What it then holds is synced: a rename without would be the one way to lose all of it."""
        await self.close()
        if not frames:
            with suppress(FileNotFoundError):
                await aiofiles.os.remove(self._file)
            self._size = 0
            return
        try:
            await self._publish(MAGIC + frames)
        except BaseException:
            self._temporary.unlink(missing_ok=True)
            raise

    async def close(self) -> None:
        """See `Spool`."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.close()

    async def _publish(self, content: bytes) -> None:
        async with aiofiles.open(self._temporary, "wb", buffering=0, opener=_private) as opened:
            self._size = 0
            await self._write(opened, content)
            await asyncio.to_thread(os.fsync, opened.fileno())
        await aiofiles.os.replace(self._temporary, self._file)
        await asyncio.to_thread(sync_folder, self._file.parent)

    async def _write(self, opened: AsyncFileIO, block: bytes) -> None:
        written = await opened.write(block)
        self._size += written
        if written != len(block):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read(file: Path) -> dict[AttemptId, str]:
    """Return the text of every attempt in a spool's file; what is not there or does not hold is left out."""
    try:
        with file.open("rb") as opened:
            return unpack(opened.read(MOST_READ))
    except OSError:
        return {}


def _private(file: str, flags: int) -> int:
    return os.open(file, flags, 0o600)
