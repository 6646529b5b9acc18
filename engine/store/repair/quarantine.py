"""Copies a store's files aside before anything of them is changed. Only while no connection of this process is open.

Opening the database file by other means than SQLite would drop all locks that this process holds on it (POSIX).
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.domain.damage import Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.store.atomic import replace_file, sync_folder

FOLDER = "quarantine"
REPORT = "damage.json"

DATABASE = "drover.db"
NAMES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-journal", "watermark", "suspects")
SPOOL = "spool*"


def quarantine(folder: Path, now_ms: int) -> Path:
    """Copy a store's files to a folder of their own and return it; one with the very same files is not made again.

    Raises `DroverError`: DISK_FULL, FOLDER_NOT_WRITABLE. Nothing is changed then.
    """
    files = list(_files(folder))
    try:
        for earlier in sorted((folder / FOLDER).glob("*"), reverse=True)[:1]:
            if all(_same(file, earlier / file.name) for file in files):
                return earlier
        target = _new(folder / FOLDER, now_ms)
        for file in files:
            _copy(file, target / file.name)
        sync_folder(target)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise DroverError(ErrorCode.DISK_FULL if full else ErrorCode.FOLDER_NOT_WRITABLE, str(error)) from error
    return target


def write_report(target: Path, damage: tuple[Damage, ...]) -> None:
    """Say beside the copy what was found; raises OSError."""
    replace_file(target / REPORT, msgspec.json.format(msgspec.json.encode(damage, enc_hook=str)))


def _files(folder: Path) -> Iterator[Path]:
    for name in NAMES:
        if (folder / name).is_file():
            yield folder / name
    yield from (file for file in sorted(folder.glob(SPOOL)) if file.is_file())


def _same(file: Path, copy: Path) -> bool:
    return copy.is_file() and filecmp.cmp(file, copy, shallow=False)


def _new(parent: Path, now_ms: int) -> Path:
    name = time.strftime("%Y-%m-%d %H.%M.%S", time.localtime(now_ms / 1000))
    parent.mkdir(mode=0o700, exist_ok=True)
    for number in range(2, 1000):
        target = parent / name
        if not target.exists():
            target.mkdir(mode=0o700)
            return target
        name = f"{name.split(' (')[0]} ({number})"
    raise OSError(errno.EEXIST, "no name is left", str(parent))


def _copy(file: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with file.open("rb") as source, os.fdopen(descriptor, "wb") as written:
        shutil.copyfileobj(source, written, 1024 * 1024)
        written.flush()
        os.fsync(written.fileno())
    times = file.stat()
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
