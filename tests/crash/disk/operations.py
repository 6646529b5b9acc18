"""What is done to a disk, as values. Files have numbers, because a name may come to mean another file.

Names are relative to the watched root, with "/" between folders; "" is the root, which is there before all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A new, empty file under a name."""

    name: str
    file: int


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes into a file."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file cut to, or filled with zeros up to, a size."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """All of a file made durable, its name not."""

    file: int


@dataclass(frozen=True, slots=True)
class SyncFailed:
    """A sync that failed: what it was for may be lost even when a later sync succeeds, though it can still be read."""

    file: int


@dataclass(frozen=True, slots=True)
class Rename:
    """A file under another name of the same folder, in the place of what had that name."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """A name taken away."""

    name: str


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """A new, empty folder."""

    name: str


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """All names of a folder made durable."""

    name: str


Content = Write | Truncate
"""What is durable once its file is synced."""

Naming = Link | Rename | Unlink | MakeFolder
"""What is durable once its folder is synced."""

Operation = Content | Naming | Sync | SyncFailed | SyncFolder


def parent(name: str) -> str:
    """Return the folder that a name is in."""
    return name.rpartition("/")[0]
