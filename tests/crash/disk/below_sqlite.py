"""Watches the files of SQLite from below every VFS: the system's own VFS calls us, and then does as it always did.

Not an apsw VFS written in Python: an error raised there comes out of the statement even where SQLite forgives it, as it
does in a checkpoint after a commit that is durable, so that a fault would look like another one. Locks and what is in
shared memory are not watched: a power cut leaves neither.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw

from tests.crash.disk import sqlite_abi as abi
from tests.crash.disk.device import Device, Doing, StruckError
from tests.crash.disk.operations import parent

NEW_JOURNAL = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
"""Files whose first sync also syncs their folder, when they were opened to be made."""

CODES = {
    Doing.OPEN: apsw.SQLITE_CANTOPEN,
    Doing.WRITE: apsw.SQLITE_IOERR_WRITE,
    Doing.TRUNCATE: apsw.SQLITE_IOERR_TRUNCATE,
    Doing.SYNC: apsw.SQLITE_IOERR_FSYNC,
    Doing.UNLINK: apsw.SQLITE_IOERR_DELETE,
}
"""What SQLite's VFS for Unix makes of an error of the system, but for a full disk in a write."""


@dataclass(slots=True)
class Opened:
    """A file that SQLite has open."""

    device: Device
    name: str
    file: int
    syncs_folder: bool
    theirs: abi.Methods


class Hooks:
    """The hooks of this process, there is one set: `hooks()`. `device` watches what is opened from then on."""

    def __init__(self) -> None:
        """Put the hooks into the system's VFS, for good."""
        self.device: Device | None = None
        self.broken: list[Exception] = []
        """What went wrong in a hook, which cannot raise."""
        self._open: dict[int, Opened] = {}
        self._tables: dict[int, tuple[abi.Methods, abi.Methods]] = {}
        vfs = abi.system_vfs(":memory:")
        self._their_open, self._their_delete = abi.OPEN(vfs.open), abi.DELETE(vfs.delete)
        self._on_open, self._on_delete = abi.OPEN(self._safe(self.open)), abi.DELETE(self._safe(self.delete))
        self._on_close, self._on_write = abi.CLOSE(self._safe(self.close)), abi.WRITE(self._safe(self.write))
        self._on_truncate, self._on_sync = abi.TRUNCATE(self._safe(self.truncate)), abi.SYNC(self._safe(self.sync))
        self._on_shm_map = abi.SHM_MAP(self._safe(self.shm_map))
        vfs.open, vfs.delete = abi.address(self._on_open), abi.address(self._on_delete)

    def open(self, vfs: int, name: int | None, file: int, flags: int, given: int) -> int:
        """Open a file, and stand before its methods where it is watched."""
        place = self._place(name)
        device = self.device
        if device is None or place is None:
            return self._their_open(vfs, name, file, flags, given)
        device.about(Doing.OPEN, place)
        result = self._their_open(vfs, name, file, flags, given)
        if result == apsw.SQLITE_OK:
            new_journal = bool(flags & NEW_JOURNAL and flags & apsw.SQLITE_OPEN_CREATE)
            self._open[file] = Opened(device, place, device.link(place), new_journal, self._stand_before(file))
        return result

    def delete(self, vfs: int, name: int, sync: int) -> int:
        """Delete a file."""
        place = self._place(name)
        device = self.device
        if device is None or place is None or not Path(os.fsdecode(ctypes.string_at(name))).exists():
            return self._their_delete(vfs, name, sync)
        device.about(Doing.UNLINK, place)
        result = self._their_delete(vfs, name, sync)
        if result == apsw.SQLITE_OK:
            device.unlink(place)
            if sync:
                device.sync_folder(parent(place))
        return result

    def close(self, file: int) -> int:
        """Close a file."""
        return abi.CLOSE(self._open.pop(file).theirs.close)(file)

    def write(self, file: int, data: int, length: int, offset: int) -> int:
        """Write; on a disk that gets full the first half is written."""
        opened = self._open[file]
        try:
            opened.device.about(Doing.WRITE, opened.name)
        except StruckError as struck:
            if struck.errno != errno.ENOSPC:
                raise
            self._write(file, data, length // 2, offset)
            return apsw.SQLITE_FULL
        return self._write(file, data, length, offset)

    def _write(self, file: int, data: int, length: int, offset: int) -> int:
        opened = self._open[file]
        result = abi.WRITE(opened.theirs.write)(file, data, length, offset)
        if result == apsw.SQLITE_OK:
            opened.device.write(opened.file, opened.name, offset, ctypes.string_at(data, length))
        return result

    def truncate(self, file: int, size: int) -> int:
        """Cut."""
        opened = self._open[file]
        opened.device.about(Doing.TRUNCATE, opened.name)
        result = abi.TRUNCATE(opened.theirs.truncate)(file, size)
        if result == apsw.SQLITE_OK:
            opened.device.truncate(opened.file, size)
        return result

    def sync(self, file: int, flags: int) -> int:
        """Sync, and the first time the folder of a new journal too."""
        opened = self._open[file]
        try:
            opened.device.about(Doing.SYNC, opened.name)
        except StruckError:
            opened.device.sync_failed(opened.file)
            raise
        result = abi.SYNC(opened.theirs.sync)(file, flags)
        if result == apsw.SQLITE_OK:
            opened.device.sync(opened.file)
            if opened.syncs_folder:
                opened.syncs_folder = False
                opened.device.sync_folder(parent(opened.name))
        return result

    def shm_map(self, file: int, region: int, size: int, extend: int, mapped: int) -> int:
        """Map shared memory; the file that it lies in is opened or grows here."""
        opened = self._open[file]
        if extend:
            opened.device.about(Doing.OPEN, f"{opened.name}-shm")
        return abi.SHM_MAP(opened.theirs.shm_map)(file, region, size, extend, mapped)

    def _place(self, name: int | None) -> str | None:
        if name is None or self.device is None:
            return None  # a temporary file
        return self.device.place(Path(os.fsdecode(ctypes.string_at(name))))

    def _stand_before(self, file: int) -> abi.Methods:
        """Give a file a table of methods with ours in it; return the one it had."""
        opened = abi.File.from_address(file)
        if opened.methods is None:
            raise RuntimeError("SQLite opened a file without methods")
        if opened.methods not in self._tables:
            theirs = abi.Methods.from_address(opened.methods)
            self._tables[opened.methods] = (theirs, self._table(theirs))
        theirs, ours = self._tables[opened.methods]
        opened.methods = ctypes.addressof(ours)
        return theirs

    def _table(self, theirs: abi.Methods) -> abi.Methods:
        ours = abi.Methods.from_buffer_copy(theirs)
        ours.close, ours.write = abi.address(self._on_close), abi.address(self._on_write)
        ours.truncate, ours.sync = abi.address(self._on_truncate), abi.address(self._on_sync)
        ours.shm_map = abi.address(self._on_shm_map)
        return ours

    def _safe(self, hook: Callable[..., int]) -> Callable[..., int]:
        """Return a hook that answers C with a code, whatever happens in it."""

        @functools.wraps(hook)
        def answer(*arguments: int) -> int:
            try:
                return hook(*arguments)
            except StruckError as struck:
                return CODES[struck.doing]
            except Exception as error:  # noqa: BLE001 - C takes no exceptions; the battery looks here
                self.broken.append(error)
                return apsw.SQLITE_INTERNAL

        return answer


@functools.cache
def hooks() -> Hooks:
    """Return the hooks of this process, put in place when first asked for."""
    return Hooks()
