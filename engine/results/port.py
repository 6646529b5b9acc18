"""The port of the results folder: files made from the store, which stays the truth."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from engine.domain.ids import TaskId


class Results(Protocol):
    """Keeps a task's answer and transcript current as files."""

    def publish(self, task: TaskId) -> None:
        """Ask that the task's files be brought up to date; returns at once, asks for the same task are merged."""
        ...

    def mend(self, tasks: Iterable[TaskId]) -> None:
        """Ask the same for those of `tasks` whose files an ended program left in the middle."""
        ...

    def folder(self, task: TaskId, name: str) -> Path:
        """Return where the task's files are, or will be."""
        ...

    async def size(self) -> int:
        """Return the bytes of all files; 0 where there are none."""
        ...

    async def close(self) -> None:
        """Write what was asked for and stop."""
        ...


class NoResults:
    """Keeps no files."""

    def publish(self, task: TaskId) -> None:
        """Do nothing."""

    def mend(self, tasks: Iterable[TaskId]) -> None:
        """Do nothing."""

    def folder(self, task: TaskId, name: str) -> Path:
        """Return a path that does not exist."""
        del name
        return Path("nowhere") / task

    async def size(self) -> int:
        """Return 0."""
        return 0

    async def close(self) -> None:
        """Do nothing."""
