"""Keeps the results folder current: an answer and a transcript for each task, made from the store.

Asks are merged by task, so a task that finishes steps faster than the disk writes is written at its newest. Whatever
the disk does, the engine goes on: the last problem is kept to be shown, and the next ask tries again.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import Flag
from engine.domain.task import RecipeName
from engine.recipes.port import Recipe
from engine.results.atomic import write_atomically
from engine.results.names import folder_name
from engine.results.render import replies, transcript
from engine.store.port import StoreReader

logger = logging.getLogger("drover.results")

AT_ONCE = 4
"""Tasks written at the same time."""


class ResultsFolder:
    """See `engine.results.port.Results`."""

    def __init__(self, root: Path, reader: StoreReader, recipe: Callable[[RecipeName], Recipe]) -> None:
        """Write below `root`, which is made when there is something to write."""
        self._root = root
        self._reader = reader
        self._recipe = recipe
        self._asked: dict[TaskId, None] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self.problem: str = ""
        """What went wrong with the last file, in the system's words; empty when nothing did."""

    def move(self, root: Path) -> None:
        """Write below another folder from now on; what lies in the one before stays there."""
        self._root = root
        self.problem = ""

    def publish(self, task: TaskId) -> None:
        """See `Results`."""
        self._asked[task] = None
        if len(self._workers) < AT_ONCE:
            worker = asyncio.get_running_loop().create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    def folder(self, task: TaskId, name: str) -> Path:
        """See `Results`."""
        return self._root / folder_name(task, name)

    async def size(self) -> int:
        """See `Results`."""
        return await asyncio.to_thread(_size, self._root)

    async def close(self) -> None:
        """See `Results`."""
        while self._workers:
            await asyncio.wait(tuple(self._workers))

    async def _work(self) -> None:
        while self._asked:
            task = next(iter(self._asked))
            del self._asked[task]
            try:
                await self._write(task)
                self.problem = ""
            except OSError as error:
                self.problem = str(error)
                logger.warning("the files of task %s were not written: %s", task, error)
            except DroverError as error:
                if error.code is not ErrorCode.UNKNOWN_TASK:  # deleted meanwhile
                    logger.warning("task %s could not be read for its files: %s", task, error)

    async def _write(self, task: TaskId) -> None:
        stored = await self._reader.load(task)
        steps = await self._reader.steps(task)
        accepted = [step.accepted for step in steps if step.accepted]
        if any(Flag.DROPPED in outcome.flags for outcome in accepted):
            return  # the files have what the store has no more
        fork = await self._reader.parent(task)
        answer = self._recipe(stored.spec.recipe).answer(stored.spec, replies(steps, fork))
        folder = self.folder(task, stored.spec.name)
        if answer:
            await write_atomically(folder / "answer.md", [answer, "\n"])
        elif steps:  # restored to before its first
            await asyncio.to_thread((folder / "answer.md").unlink, missing_ok=True)
        if steps or fork:
            await write_atomically(folder / "transcript.md", transcript(stored.spec, stored.standing, steps, fork))


def _size(root: Path) -> int:
    """Sum the files below a folder; what vanishes meanwhile, or cannot be read, counts nothing."""
    total = 0
    for folder, _, files in os.walk(root):
        for file in files:
            with suppress(OSError):
                total += (Path(folder) / file).lstat().st_size
    return total
