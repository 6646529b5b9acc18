"""The disk that a battery watches: whatever the program does to files below a root passes through here, and is kept.

The hooks (`below_sqlite`, `plain_files`) ask before each thing they do, so that one can be made to fail, and tell what
was done. Reading is neither watched nor failed.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.crash.disk.operations import (
    Link,
    MakeFolder,
    Operation,
    Rename,
    Sync,
    SyncFailed,
    SyncFolder,
    Truncate,
    Unlink,
    Write,
)


class Doing(StrEnum):
    """What can fail."""

    OPEN = "open"
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    RENAME = "rename"
    UNLINK = "unlink"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Fault:
    """The `at`-th thing done (from 0) fails with an errno; it alone, or every write from there on until `heal`."""

    at: int
    error: int
    lasting: bool = False


class StruckError(OSError):
    """An error of the system that the device makes."""

    def __init__(self, error: int, doing: Doing, name: str) -> None:
        """Fail `doing` with an errno."""
        super().__init__(error, os.strerror(error), name)
        self.doing = doing


class Device:
    """Everything done to the files below `root`, in order."""

    def __init__(self, root: Path, *, fault: Fault | None = None, keep: bool = True) -> None:
        """Watch an empty `root`; keep what was written, or with `keep` False only count it."""
        self._root = root.resolve()
        self.operations: list[Operation] = []
        self.written = Counter[str]()
        """Bytes by name."""
        self.tried: list[str] = []
        """What was done or tried, and to what."""
        self.struck = ""
        """What the fault struck, once it has."""
        self.struck_at = 0
        """How many operations there were before."""
        self._fault = fault
        self._keep = keep
        self._files: dict[str, int] = {}
        self._next = 0

    def place(self, path: Path) -> str | None:
        """Return the name of a path, or None where it is not below the root."""
        whole = path.parent.resolve() / path.name
        if whole == self._root:
            return ""
        return whole.relative_to(self._root).as_posix() if whole.is_relative_to(self._root) else None

    def about(self, doing: Doing, name: str) -> None:
        """Say what is about to be done; raises `StruckError` when it is to fail."""
        number, fault, what = len(self.tried), self._fault, f"{doing} {name}"
        self.tried.append(what)
        if fault is None or number < fault.at:
            return
        if number == fault.at or (fault.lasting and doing is Doing.WRITE):
            self.struck, self.struck_at = self.struck or what, self.struck_at or len(self.operations)
            raise StruckError(fault.error, doing, name)

    def heal(self) -> None:
        """Fail nothing more."""
        self._fault = None

    # --- what was done

    def link(self, name: str) -> int:
        """A file was opened, and made where there was none; return its number."""
        file = self._files.get(name)
        if file is None:
            file = self._files[name] = self._next
            self._next += 1
            self._did(Link(name, file))
        return file

    def write(self, file: int, name: str, offset: int, data: bytes) -> None:
        """Bytes were written."""
        self.written[name] += len(data)
        self._did(Write(file, offset, data))

    def truncate(self, file: int, size: int) -> None:
        """A file was cut."""
        self._did(Truncate(file, size))

    def sync(self, file: int) -> None:
        """A file was synced."""
        self._did(Sync(file))

    def sync_failed(self, file: int) -> None:
        """A sync of a file failed."""
        self._did(SyncFailed(file))

    def rename(self, name: str, to: str) -> None:
        """A file got another name."""
        self._files[to] = self._files.pop(name)
        self._did(Rename(name, to))

    def unlink(self, name: str) -> None:
        """A name was taken away."""
        del self._files[name]
        self._did(Unlink(name))

    def make_folder(self, name: str) -> None:
        """A folder was made."""
        self._did(MakeFolder(name))

    def sync_folder(self, name: str) -> None:
        """A folder was synced."""
        self._did(SyncFolder(name))

    def _did(self, operation: Operation) -> None:
        if self._keep:
            self.operations.append(operation)
