"""Keeps a batch's table current in the results folder: one CSV for each batch, written anew as its tasks come to rest.

Seldom enough that it costs a twentieth of a core at most, and once more at the end. A task that has not changed since
is not read again, so that ten thousand answers are read once. A table that somebody else wrote to is set aside.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.domain.errors import DroverError
from engine.domain.ids import TaskId
from engine.domain.task import RecipeName
from engine.recipes.port import Recipe
from engine.results.atomic import write_atomically
from engine.results.batch_lines import lines_of
from engine.results.batch_table import Line, columns, written
from engine.results.growing import set_aside
from engine.results.names import slug
from engine.store.port import StoredTask, StoreReader

logger = logging.getLogger("drover.results")

LEAST_S = 5.0
"""Seconds between two writings at least."""
SHARE = 20
"""The same in times of what the last one took."""


class BatchFiles:
    """See the module."""

    def __init__(self, root: Callable[[], Path], reader: StoreReader, recipe: Callable[[RecipeName], Recipe]) -> None:
        """Write below what `root` returns."""
        self._root, self._reader, self._recipe = root, reader, recipe
        self._asked: dict[str, None] = {}
        self._lines: dict[str, dict[TaskId, Line]] = {}
        """Of batches that were written, to read no answer twice."""
        self._worker: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def ask(self, batch: str) -> None:
        """Ask that a batch's file be brought up to date; returns at once."""
        self._asked[batch] = None
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """Write what was asked for, without waiting, and stop."""
        self._closing.set()
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._asked:
                began = loop.time()
                await self._write_all()
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(LEAST_S, SHARE * (loop.time() - began))):
                        await self._closing.wait()
        finally:
            self._worker = None

    async def _write_all(self) -> None:
        """Write all that was asked for; a problem is logged, and the next ask tries again."""
        asked, self._asked = self._asked, {}
        with _logged():
            tasks = await self._reader.scan()
            for batch in asked:
                with _logged():
                    await self._write(batch, [task for task in tasks if task.spec.batch == batch])

    async def _write(self, batch: str, tasks: list[StoredTask]) -> None:
        known = self._lines.get(batch, {})
        new = [task for task in tasks if not _is_of(known.get(task.id), task)]
        read = {line.id: line for line in await lines_of(new, self._reader, self._recipe)}
        lines = self._lines[batch] = {task.id: read.get(task.id) or known[task.id] for task in tasks}
        names = columns(task.spec for task in tasks)
        file = file_of(self._root(), batch)
        await set_aside(file)
        await write_atomically(file, written(lines.values(), names, "csv"))


@contextmanager
def _logged() -> Generator[None]:
    """Let no table that cannot be written keep another from being so."""
    try:
        yield
    except (OSError, DroverError) as error:
        logger.warning("the table of a batch was not written: %s", error)


def _is_of(line: Line | None, task: StoredTask) -> bool:
    """Whether a line says what is so of its task now."""
    return line is not None and (line.standing, line.spec) == (task.standing, task.spec)


def file_of(root: Path, batch: str) -> Path:
    """Return where a batch's table is; the end of its name tells it from one that is written the same."""
    return root / "batches" / f"{slug(batch)}-{hashlib.sha256(batch.encode('utf-8', 'replace')).hexdigest()[:8]}.csv"
