"""What the program was told is durable, with the moment: the number of operations on the disk until then.

The records are those that the engine gave to the store; what a store gives back is judged against them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from engine.domain.ids import AttemptId, TaskId
from engine.domain.step import Record
from engine.domain.task import Standing, TaskSpec

Places = int
"""A set of a task's records: bit n stands for the n-th that was given to the store."""


@dataclass(slots=True, kw_only=True)
class Given:
    """A record that the store was given, with the standing after it."""

    record: Record
    standing: Standing
    durable_at: int | None = None
    """When it was said to be durable, if it was."""


@dataclass(slots=True)
class History:
    """A task, with all its records in their order."""

    specs: list[TaskSpec]
    """What was asked, and after edits."""
    given: list[Given] = field(default_factory=list[Given])


@dataclass(slots=True, kw_only=True)
class Version:
    """A file as it was published."""

    sha256: bytes
    durable_at: int | None = None
    """When it was said to be there, if it was."""


@dataclass(slots=True)
class Witness:
    """Everything that was said."""

    tasks: dict[TaskId, History] = field(default_factory=dict[TaskId, History])
    sent: list[tuple[int, AttemptId]] = field(default_factory=list[tuple[int, AttemptId]])
    """Requests that left."""
    files: dict[str, list[Version]] = field(default_factory=dict[str, list[Version]])
    """What was published, by name."""
    marks: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Watermarks that were said to be there: the number of the record each named."""

    def promised(self, at: int) -> dict[TaskId, Places]:
        """Return the records of each task that were said to be durable when `at` operations were done."""
        found = dict[TaskId, Places]()
        for task, history in self.tasks.items():
            said = (
                n for n, given in enumerate(history.given) if given.durable_at is not None and given.durable_at <= at
            )
            if places := sum(1 << n for n in said):
                found[task] = places
        return found

    def may_hold(self, name: str, at: int) -> tuple[set[bytes], bool]:
        """Return the digests that a published file may have at `at`, and whether it must be there."""
        versions = self.files.get(name, [])
        said = [n for n, each in enumerate(versions) if each.durable_at is not None and each.durable_at <= at]
        return {each.sha256 for each in versions[max(said, default=0) :]}, bool(said)


def digest(content: bytes) -> bytes:
    """Return what tells one content of a file from another."""
    return hashlib.sha256(content).digest()
