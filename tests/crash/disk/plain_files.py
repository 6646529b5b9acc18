"""Watches what Python does to files: every call of `os` and `open` by which Drover changes something below the root.

A file that is opened for writing is given out over a raw file of ours, so that all its bytes pass through `os.write`.
"""

from __future__ import annotations

import builtins
import errno
import functools
import io
import os
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast
from unittest.mock import patch

import aiofiles.os
import aiofiles.threadpool

from tests.crash.disk.device import Device, Doing, StruckError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Opener = Callable[[str, int], int]
Name = str | bytes | os.PathLike[str] | os.PathLike[bytes]

CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
REAL_OPEN = builtins.open


@dataclass(frozen=True, slots=True)
class Opened:
    """What a descriptor is open on: a file by its number, or a folder."""

    name: str
    file: int | None


class Calls:
    """The calls in place of those of `os`, for one device; each does what its namesake does."""

    def __init__(self, device: Device) -> None:
        """Tell `device`."""
        self._device = device
        self._open: dict[int, Opened] = {}
        self._real_open, self._real_close, self._real_write = os.open, os.close, os.write
        self._real_fsync, self._real_ftruncate = os.fsync, os.ftruncate
        self._real_replace, self._real_unlink, self._real_mkdir = os.replace, os.unlink, os.mkdir

    def open(self, path: Name, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        """See `os.open`."""
        name = self._place(path)
        if name is None or not (flags & CHANGES or Path(os.fsdecode(path)).is_dir()):
            return self._real_open(path, flags, mode, dir_fd=dir_fd)
        self._device.about(Doing.OPEN, name)
        descriptor = self._real_open(path, flags, mode, dir_fd=dir_fd)
        file = self._device.link(name) if flags & CHANGES else None
        self._open[descriptor] = Opened(name, file)
        if file is not None and flags & os.O_TRUNC:
            self._device.truncate(file, 0)
        return descriptor

    def close(self, descriptor: int) -> None:
        """See `os.close`."""
        self.forget(descriptor)
        self._real_close(descriptor)

    def write(self, descriptor: int, data: ReadableBuffer) -> int:
        """See `os.write`; on a disk that gets full the first half is written."""
        opened = self._open.get(descriptor)
        if opened is None or opened.file is None:
            return self._real_write(descriptor, data)
        content = bytes(data)
        try:
            self._device.about(Doing.WRITE, opened.name)
        except StruckError as struck:
            if struck.errno == errno.ENOSPC:
                self._write(opened, descriptor, content[: len(content) // 2])
            raise
        return self._write(opened, descriptor, content)

    def _write(self, opened: Opened, descriptor: int, data: bytes) -> int:
        written = self._real_write(descriptor, data)
        end = os.lseek(descriptor, 0, os.SEEK_CUR)  # after an appending write it is at the end
        self._device.write(cast("int", opened.file), opened.name, end - written, data[:written])
        return written

    def fsync(self, descriptor: int) -> None:
        """See `os.fsync`; also in the place of `os.fdatasync`."""
        opened = self._open.get(descriptor)
        if opened is None:
            return self._real_fsync(descriptor)
        try:
            self._device.about(Doing.SYNC, opened.name)
        except StruckError:
            if opened.file is not None:
                self._device.sync_failed(opened.file)
            raise
        self._real_fsync(descriptor)
        if opened.file is None:
            self._device.sync_folder(opened.name)
        else:
            self._device.sync(opened.file)
        return None

    def ftruncate(self, descriptor: int, length: int) -> None:
        """See `os.ftruncate`."""
        opened = self._open.get(descriptor)
        if opened is not None and opened.file is not None:
            self._device.about(Doing.TRUNCATE, opened.name)
            self._device.truncate(opened.file, length)
        self._real_ftruncate(descriptor, length)

    def replace(self, source: Name, to: Name) -> None:
        """See `os.replace`; also in the place of `os.rename`."""
        name, other = self._place(source), self._place(to)
        if name is not None:
            self._device.about(Doing.RENAME, name)
        self._real_replace(source, to)
        if name is not None and other is not None:
            self._device.rename(name, other)

    def unlink(self, path: Name) -> None:
        """See `os.unlink`; also in the place of `os.remove`."""
        name = self._place(path)
        if name is not None and Path(os.fsdecode(path)).exists():
            self._device.about(Doing.UNLINK, name)
        self._real_unlink(path)
        if name is not None:
            self._device.unlink(name)

    def mkdir(self, path: Name, mode: int = 0o777) -> None:
        """See `os.mkdir`."""
        name = self._place(path)
        if name is not None and not Path(os.fsdecode(path)).exists():
            self._device.about(Doing.FOLDER, name)
        self._real_mkdir(path, mode)
        if name is not None:
            self._device.make_folder(name)

    def file(  # noqa: PLR0917 - as `open` has it
        self,
        file: Name | int,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Opener | None = None,
    ) -> IO[str] | IO[bytes]:
        """See `open`."""
        if isinstance(file, int) or not set(mode) & set("wax+") or self._place(file) is None:
            return REAL_OPEN(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = Watched(self, os.fsdecode(file), mode.replace("t", ""), opener)
        if buffering == 0:
            return cast("IO[bytes]", raw)
        buffered = io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    def forget(self, descriptor: int) -> None:
        """Hear that a descriptor is about to be closed."""
        self._open.pop(descriptor, None)

    def _place(self, path: Name) -> str | None:
        return self._device.place(Path(os.fsdecode(path)))


class Watched(io.FileIO):
    """A file that is written to by `Calls`."""

    def __init__(self, calls: Calls, path: str, mode: str, opener: Opener | None) -> None:
        """Open `path`."""
        self._calls = calls
        super().__init__(path, mode, opener=opener or functools.partial(calls.open, mode=0o666))

    def write(self, data: ReadableBuffer, /) -> int:
        """See `io.RawIOBase`."""
        return self._calls.write(self.fileno(), data)

    def truncate(self, size: int | None = None, /) -> int:
        """See `io.RawIOBase`."""
        length = self.tell() if size is None else size
        self._calls.ftruncate(self.fileno(), length)
        return length

    def close(self) -> None:
        """See `io.RawIOBase`."""
        if not self.closed:
            self._calls.forget(self.fileno())
        super().close()


@contextmanager
def plain_files(device: Device) -> Generator[None]:
    """Let `device` watch what Python does to files within the body."""
    calls = Calls(device)
    own = {"open": calls.open, "close": calls.close, "write": calls.write, "ftruncate": calls.ftruncate}
    own |= {"fsync": calls.fsync, "fdatasync": calls.fsync, "replace": calls.replace, "rename": calls.replace}
    own |= {"unlink": calls.unlink, "remove": calls.unlink, "mkdir": calls.mkdir}
    with ExitStack() as patched:
        for name, call in own.items():
            patched.enter_context(patch.object(os, name, call))
        for name in ("replace", "rename", "unlink", "remove", "mkdir"):  # bound when aiofiles was imported
            patched.enter_context(patch.object(aiofiles.os, name, aiofiles.os.wrap(own[name])))
        patched.enter_context(patch.object(aiofiles.threadpool, "sync_open", calls.file))
        patched.enter_context(patch.object(io, "open", calls.file))
        patched.enter_context(patch.object(builtins, "open", calls.file))
        yield
