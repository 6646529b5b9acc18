"""The files of one task: its answer, its transcript, and the mark that says that they are being grown.

The mark is made durable once, before the first growth in place, and is gone when the task is at rest and its files are
whole. One that a start finds is from a program that ended in between.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import aiofiles.os

from engine.results.atomic import make_private, private, sync_folder
from engine.results.growing import Content, GrowingFile

MARK = ".growing"


class TaskFiles:
    """Answer and transcript in one folder."""

    def __init__(self, folder: Path, *, torn: bool) -> None:
        """Begin with what lies there; `torn` where a mark does."""
        self.folder = folder
        self._mark = folder / MARK
        self._marked = torn
        self._answer = GrowingFile(folder / "answer.md", self._put_mark, torn=torn)
        self._transcript = GrowingFile(folder / "transcript.md", self._put_mark, torn=torn)

    async def keep(self, answer: str | None, transcript: Content | None) -> None:
        """Bring the files up to date; None leaves one as it is, and an empty answer takes its file away."""
        if answer:
            await self._answer.keep(Content(text=answer, foot="\n"))
        elif answer is not None:
            await self._answer.remove()
        if transcript is not None:
            await self._transcript.keep(transcript)

    async def rest(self) -> None:
        """Take the mark away: the files are whole, and nothing is added to them for now."""
        if self._marked:
            with suppress(FileNotFoundError):
                await aiofiles.os.remove(self._mark)
            self._marked = False

    async def _put_mark(self) -> None:
        if not self._marked:
            await asyncio.to_thread(put_mark, self._mark)
            self._marked = True


def open_files(folder: Path, before: Path | None) -> TaskFiles:
    """Return a task's files; the folder that they were in under another title is renamed."""
    if before is not None and before.is_dir() and not folder.exists():
        before.rename(folder)
        sync_folder(folder.parent)
    return TaskFiles(folder, torn=(folder / MARK).exists())


def lying(root: Path) -> list[str]:
    """Return the names of all folders."""
    with suppress(FileNotFoundError), os.scandir(root) as entries:
        return [entry.name for entry in entries if entry.is_dir()]
    return []


def marked(root: Path) -> list[str]:
    """Return the names of the folders whose files were being grown when their program ended."""
    return [mark.parent.name for mark in root.glob(f"*/{MARK}")]


def put_mark(mark: Path) -> None:
    """Make a mark that a power cut does not take away."""
    make_private(mark.parent)
    os.close(private(str(mark), os.O_WRONLY | os.O_CREAT))
    sync_folder(mark.parent)
