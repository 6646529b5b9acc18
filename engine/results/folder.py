"""Keeps the results folder current: an answer and a transcript for each task, made from the store.

Asks are merged by task, so a task that finishes steps faster than the disk writes is written at its newest, and one
task's files are never written twice at the same time. Whatever the disk does, the engine goes on: the last problem is
kept to be shown, and the next ask tries again.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import AT_REST
from engine.domain.task import RecipeName, ResultRule
from engine.recipes.port import Recipe
from engine.results.batch_files import BatchFiles
from engine.results.growing import Content
from engine.results.names import end, folder_name
from engine.results.render import replies, standing_now, transcript
from engine.results.task_files import TaskFiles, lying, marked, open_files
from engine.store.port import Followed, StoredTask, StoreReader

logger = logging.getLogger("drover.results")

AT_ONCE = 4
"""Tasks written at the same time."""
FOLLOWED = 256
"""Tasks whose journal is kept in memory as far as it was read."""


class ResultsFolder:
    """See `engine.results.port.Results`."""

    def __init__(self, root: Path, reader: StoreReader, recipe: Callable[[RecipeName], Recipe]) -> None:
        """Write below `root`, which is made when there is something to write."""
        self._root = root
        self._reader = reader
        self._recipe = recipe
        self._asked: dict[TaskId, None] = {}
        self._busy: set[TaskId] = set()
        self._files: dict[TaskId, TaskFiles] = {}
        """Of tasks that are not at rest."""
        self._followed: dict[TaskId, Followed] = {}
        """The same; the one that was not asked for in the longest time first."""
        self._names: dict[str, Path] = {}
        self._listed: Path | None = None
        self._workers: set[asyncio.Task[None]] = set()
        self._batches = BatchFiles(lambda: self._root, reader, recipe)
        self.problem: str = ""
        """What went wrong with the last file, in the system's words; empty when nothing did."""

    def move(self, root: Path) -> None:
        """Write below another folder from now on; what lies in the one before stays there."""
        self._root = root
        self.problem = ""

    def mend(self, tasks: Iterable[TaskId]) -> None:
        """See `Results`."""
        self._employ(self._mend({end(task): task for task in tasks}))

    def publish(self, task: TaskId) -> None:
        """See `Results`."""
        self._asked[task] = None
        if len(self._workers) < AT_ONCE:
            self._employ(self._work())

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
        await self._batches.close()

    def _employ(self, work: Coroutine[None, None, None]) -> None:
        worker = asyncio.get_running_loop().create_task(work)
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _mend(self, ends: Mapping[str, TaskId]) -> None:
        for name in await asyncio.to_thread(marked, self._root):
            if task := ends.get(end(name)):
                self.publish(task)

    async def _work(self) -> None:
        while task := next((task for task in self._asked if task not in self._busy), None):
            del self._asked[task]
            self._busy.add(task)
            try:
                await self._write(task)
                self.problem = ""
            except OSError as error:
                self.problem = str(error)
                logger.warning("the files of task %s were not written: %s", task, error)
            except DroverError as error:
                self._files.pop(task, None)
                if error.code is not ErrorCode.UNKNOWN_TASK:  # deleted meanwhile
                    logger.warning("task %s could not be read for its files: %s", task, error)
            finally:
                self._busy.discard(task)

    async def _write(self, task: TaskId) -> None:
        now = await self._follow(task)
        stored = now.task
        if stored.spec.batch and stored.standing.state in AT_REST:
            self._batches.ask(stored.spec.batch)
        if not now.steps and not now.fork:
            return
        files = await self._files_of(stored)
        await files.keep(*await asyncio.to_thread(self._told, now))
        if stored.standing.state in AT_REST:
            await files.rest()
            self._files.pop(task, None)

    async def _follow(self, task: TaskId) -> Followed:
        """Return what is so now of a task, read on from the last time: two hundred steps are read once, not each time.

        A task at rest is forgotten, since its texts may be dropped; so is what was not asked for in the longest time.
        """
        now = await self._reader.follow(task, self._followed.pop(task, None))
        if now.task.standing.state not in AT_REST:
            self._followed[task] = now
            if len(self._followed) > FOLLOWED:
                del self._followed[next(iter(self._followed))]
        return now

    async def _files_of(self, stored: StoredTask) -> TaskFiles:
        folder, found = self.folder(stored.id, stored.spec.name), self._files.get(stored.id)
        if found is None or found.folder != folder:
            before = (await self._lying()).get(end(stored.id))
            found = await asyncio.to_thread(open_files, folder, before)
            self._names[end(stored.id)] = folder
            self._files[stored.id] = found
        return found

    async def _lying(self) -> Mapping[str, Path]:
        """Return the tasks' folders by the ends of their names: listed once, since there may be ten thousand."""
        if self._listed != self._root:
            root = self._root
            self._names = {end(name): root / name for name in await asyncio.to_thread(lying, root)}
            self._listed = root
        return self._names

    def _told(self, now: Followed) -> tuple[str | None, Content | None]:
        """Return answer and transcript; None for what the files have and the store has no more."""
        stored, steps, fork = now.task, now.steps, now.fork
        spec, whole = stored.spec, not any(step.done_by.dropped for step in steps if step.done_by)
        answer = self._recipe(spec.recipe).answer(spec, replies(steps, fork))
        text, foot = transcript(spec, steps, fork), standing_now(spec, stored.standing, steps)
        return (
            answer if whole or spec.result is ResultRule.LAST else None,
            Content(text="".join(text), foot="".join(foot)) if whole else None,
        )


def _size(root: Path) -> int:
    """Sum the files below a folder; what vanishes meanwhile, or cannot be read, counts nothing."""
    total = 0
    for folder, _, files in os.walk(root):
        for file in files:
            with suppress(OSError):
                total += (Path(folder) / file).lstat().st_size
    return total
