"""A file that grows with its task: what is new goes to its end, in place; anything else is written anew and whole.

So that two hundred steps write two hundred steps and not the first one two hundred times. The store stays the truth:
what is asked for is always the whole content, and whether it only goes on from what was left here is seen by its hash.

Growing in place is not atomic, so a *mark* is durable beside the file before; what a mark stands by is written anew at
the next start. A file that somebody else wrote to is set aside, not written over: ours have a time of whole
milliseconds, which no other writer leaves, and so it is seen by one look at the folder, after a restart too.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import aiofiles
import aiofiles.os
from aiofiles.threadpool.binary import AsyncFileIO

from engine.results.atomic import is_stamped, stamp, write_atomically

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What moves a terminal's cursor or changes its colours, title or clipboard; not tab and the ends of lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file is to hold."""

    text: str
    """What only grows while its task goes on."""
    foot: str = ""
    """What stands below it and is written over each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a file was left as."""

    length: int
    """Bytes of its text."""
    sha256: bytes
    """Of its text."""
    foot: bytes


class GrowingFile:
    """One file. A call waits for the one before: the caller sees to it."""

    def __init__(self, file: Path, mark: Callable[[], Awaitable[None]], *, torn: bool) -> None:
        """Call `mark` before growing in place; with `torn` the file may hold anything, and all of it is ours."""
        self._file = file
        self._mark = mark
        self._torn = torn
        self._left: Left | None = None

    async def keep(self, content: Content) -> None:
        """Make the file hold `content`; raises OSError."""
        left = self._left if await self._look() else None
        text, foot = encoded(content.text), encoded(content.foot)
        now = Left(length=len(text), sha256=await asyncio.to_thread(digest, text), foot=foot)
        if now == left:
            return
        self._left = None
        if left is not None and await asyncio.to_thread(begins, text, left):
            await self._grow(left, text[left.length :] + foot)
        else:
            await write_atomically(self._file, (harmless(content.text), harmless(content.foot)))
        self._left, self._torn = now, False

    async def _grow(self, left: Left, block: bytes) -> None:
        await self._mark()
        self._torn = True
        try:
            await grow(self._file, left.length, block)
        except OSError:
            if (await asyncio.to_thread(size, self._file)) == left.length:
                self._left = replace(left, foot=b"")  # a full disk: the next try goes on from here
            raise

    async def remove(self) -> None:
        """Take the file away; raises OSError."""
        if await self._look():
            await aiofiles.os.remove(self._file)
        self._left = None

    async def _look(self) -> bool:
        """Return whether the file is there and ours; what somebody else wrote gets another name."""
        if not self._torn:
            await set_aside(self._file)
        return await asyncio.to_thread(look, self._file) is not None


async def set_aside(file: Path) -> None:
    """Give a file that somebody else wrote to another name; raises OSError."""
    found = await asyncio.to_thread(look, file)
    if found and not is_stamped(found):
        await aiofiles.os.rename(file, await asyncio.to_thread(free_name, file))


def harmless(text: str) -> str:
    """Return text of which a terminal that shows it obeys nothing."""
    return _CONTROLS.sub("\ufffd", text)


def encoded(text: str) -> bytes:
    """Return text as a file has it."""
    return harmless(text).encode("utf-8", "replace")


def digest(text: bytes) -> bytes:
    """Return what tells one text from another."""
    return hashlib.sha256(text).digest()


def begins(text: bytes, left: Left) -> bool:
    """Return whether a text begins with all that was left."""
    return len(text) >= left.length and digest(text[: left.length]) == left.sha256


async def grow(file: Path, at: int, block: bytes) -> None:
    """Write from `at` to the end, durable on return; what fails leaves what is before `at`, where the disk lets it."""
    async with aiofiles.open(file, "r+b", buffering=0) as opened:
        try:
            await opened.seek(at)
            await write_all(opened, block)
            await opened.truncate()
            await asyncio.to_thread(stamp, file)
            await asyncio.to_thread(os.fsync, opened.fileno())
        except BaseException:
            with suppress(OSError):
                await opened.truncate(at)
            raise


async def write_all(opened: AsyncFileIO, block: bytes) -> None:
    """Write a block; a disk that takes a part of it is full."""
    if await opened.write(block) != len(block):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def look(file: Path) -> os.stat_result | None:
    """Return what the folder says of a file; None where there is none."""
    try:
        return file.stat()
    except FileNotFoundError:
        return None


def size(file: Path) -> int | None:
    """Return the bytes of a file; None where there is none."""
    found = look(file)
    return found.st_size if found else None


def free_name(file: Path) -> Path:
    """Return a name beside a file's that says that somebody changed it, and that is not taken."""
    number, name = 1, file.with_name(f"{file.stem}.edited{file.suffix}")
    while name.exists():
        number += 1
        name = file.with_name(f"{file.stem}.edited-{number}{file.suffix}")
    return name
