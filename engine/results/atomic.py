"""Publishes a file: whole under its name, or not at all. By aiofiles, so that the loop never touches the disk."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

import aiofiles
import aiofiles.os

BLOCK = 256 * 1024
"""Characters written at once: a call for each line costs forty times more."""

MILLISECOND = 1_000_000
"""Nanoseconds."""


async def write_atomically(file: Path, parts: Iterable[str]) -> None:
    """Write text by temporary file, fsync, rename and fsync of the folder; raises OSError and leaves no rest.

    The file, and folders that are made for it, are its person's alone.
    """
    await asyncio.to_thread(make_private, file.parent)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        async with aiofiles.open(
            temporary, "w", encoding="utf-8", errors="replace", newline="\n", opener=private
        ) as opened:
            for block in blocks(parts):
                await opened.write(block)
            await opened.flush()
            await asyncio.to_thread(stamp, temporary)
            await asyncio.to_thread(os.fsync, opened.fileno())
        if os.name == "nt":  # closing gave it another time
            await asyncio.to_thread(stamp, temporary)
        await aiofiles.os.replace(temporary, file)
    except BaseException:
        temporary_gone = asyncio.to_thread(temporary.unlink, missing_ok=True)
        await asyncio.shield(temporary_gone)
        raise
    await asyncio.to_thread(sync_folder, file.parent)


def make_private(folder: Path) -> None:
    """Make a folder, and what is missing above it, for its person alone: `makedirs` leaves those above open.

    Each is durable in the one that it is in, or a power cut would take the files with their folder.
    """
    for each in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        each.mkdir(mode=0o700, exist_ok=True)
        sync_folder(each.parent)


def private(file: str, flags: int) -> int:
    """Open a file that is its person's alone, as an opener of `open`."""
    return os.open(file, flags, 0o600)


def blocks(parts: Iterable[str]) -> Iterable[str]:
    """Join small parts into blocks."""
    waiting: list[str] = []
    length = 0
    for part in parts:
        waiting.append(part)
        length += len(part)
        if length >= BLOCK:
            yield "".join(waiting)
            waiting, length = [], 0
    yield "".join(waiting)


def stamp(file: Path) -> None:
    """Give a file a time of whole milliseconds: no other writer leaves one, so that it tells ours."""
    now = time.time_ns() // MILLISECOND * MILLISECOND
    os.utime(file, ns=(now, now))


def is_stamped(found: os.stat_result) -> bool:
    """Return whether a file has a time that was given by `stamp`."""
    return found.st_mtime_ns % MILLISECOND == 0


def sync_folder(folder: Path) -> None:
    """Make a rename durable; not possible and not needed on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
