"""One process writes to a data folder: `flock` held for the life of the process, and a file that says who.

`flock` and not `lockf`: POSIX drops a `lockf` when any other descriptor on the file is closed. The owner file is only
for telling people; whether the folder is free is decided by the lock, so a stale owner file stops nobody.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock
import msgspec

from app.network import refuse_network_folder
from app.paths import private, private_file
from engine.domain.errors import DroverError, ErrorCode

ASKED_S = 0.1
"""Seconds in which whoever only asks whether the folder is held (`is_held`) has let go of it again."""

logger = logging.getLogger("drover.lock")


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
        """Take the folder; raises `FolderInUseError`, or `DroverError`: FOLDER_NOT_WRITABLE, NETWORK_FOLDER."""
        refuse_network_folder(self.file.parent)
        try:
            private(self.file.parent)
            # No soft lock where there is no flock: a file that is left behind would hold the folder for ever.
            lock = filelock.FileLock(self.file, mode=0o600, thread_local=False, fallback_to_soft=False)
            lock.acquire(timeout=ASKED_S, poll_interval=0.01)
        except filelock.Timeout:
            raise FolderInUseError(owner_of(self.file)) from None
        except OSError as error:
            raise DroverError(ErrorCode.FOLDER_NOT_WRITABLE, f"{self.file.parent}: {error.strerror}") from error
        self._lock = lock
        self._tell()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the folder."""
        lock, self._lock = self._lock, None
        if lock is not None:
            try:
                _owner_file(self.file).unlink(missing_ok=True)
            except OSError as problem:
                logger.warning("the owner file stays: %s", problem)
            finally:
                lock.release()

    def _tell(self) -> None:
        """Say who holds the folder. The lock holds without it: on a full disk nobody learns who it is."""
        target = _owner_file(self.file)
        temporary = target.with_suffix(".new")
        try:
            with os.fdopen(private_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
                file.write(msgspec.json.encode(self.owner))
            temporary.replace(target)
        except OSError as problem:
            logger.warning("no owner file: %s", problem)


def is_held(lock_file: Path) -> bool:
    """Whether a process holds the folder, asked without taking it; True where that cannot be known."""
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        descriptor = os.open(lock_file, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # others who only ask may do so at the same time
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def owner_of(lock_file: Path) -> Owner | None:
    """Return who last took the folder, or None where that cannot be read."""
    try:
        return msgspec.json.decode(_owner_file(lock_file).read_bytes(), type=Owner)
    except (OSError, msgspec.DecodeError):
        return None


def _owner_file(lock_file: Path) -> Path:
    return lock_file.with_name("owner.json")
