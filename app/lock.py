"""One process writes to a data folder: `flock` held for the life of the process, and a file that says who.

`flock` and not `lockf`: POSIX drops a `lockf` when any other descriptor on the file is closed. The owner file is only
for telling people; whether the folder is free is decided by the lock, so a stale owner file stops nobody.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock
import msgspec

from app.paths import private
from engine.domain.errors import DroverError, ErrorCode


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a folder."""

    pid: int
    kind: str
    """"window" or "command"."""
    since_ms: int


class FolderInUseError(DroverError):
    """Another process holds the folder."""

    def __init__(self, owner: Owner | None) -> None:
        """Name the owner, where its file can be read."""
        super().__init__(ErrorCode.FOLDER_IN_USE, f"process {owner.pid} ({owner.kind})" if owner else "")
        self.owner = owner


@dataclass(slots=True)
class FolderLock:
    """Context manager: holds the folder for its body."""

    file: Path
    owner: Owner
    _lock: filelock.BaseFileLock | None = None

    def __enter__(self) -> Self:
        """Take the folder; raises `FolderInUseError`, or `DroverError(FOLDER_NOT_WRITABLE)`."""
        try:
            private(self.file.parent)
            lock = filelock.FileLock(self.file, mode=0o600)
            lock.acquire(blocking=False)
        except filelock.Timeout:
            raise FolderInUseError(owner_of(self.file)) from None
        except OSError as error:
            raise DroverError(ErrorCode.FOLDER_NOT_WRITABLE, str(error)) from error
        self._lock = lock
        self._tell()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            _owner_file(self.file).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def _tell(self) -> None:
        target = _owner_file(self.file)
        temporary = target.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self.owner))
        temporary.replace(target)


def owner_of(lock_file: Path) -> Owner | None:
    """Return who last took the folder, or None where that cannot be read."""
    try:
        return msgspec.json.decode(_owner_file(lock_file).read_bytes(), type=Owner)
    except (OSError, msgspec.DecodeError):
        return None


def _owner_file(lock_file: Path) -> Path:
    return lock_file.with_name("owner.json")
