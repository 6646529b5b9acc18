"""Copies a whole store into one file while it is being written: SQLite's online backup on a connection of its own.

All pages are copied within one read transaction, which holds up no writer: it writes behind it into the log. The copy
is checked, made durable and only then put under its name. It is no write-ahead database, so that the one file is all.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from engine.domain.errors import DroverError, ErrorCode
from engine.store.atomic import sync_folder
from engine.store.check import ends
from engine.store.connection import as_store_errors, open_copy, open_reader
from engine.store.database import Database
from engine.store.journal import Walk

TASKS = "SELECT id, no, spec, records, head FROM task JOIN standing USING (no)"


def back_up(source: Path, file: Path) -> None:
    """Write a copy of the database `source` to `file`; raises BACKUP_FAILED and leaves no rest of it."""
    if file.resolve() == source.resolve():
        raise DroverError(ErrorCode.BACKUP_FAILED, "the copy would replace what is copied")
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with as_store_errors():
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _copy(source, part)
            _publish(part, file)
    except DroverError as error:
        raise DroverError(ErrorCode.BACKUP_FAILED, error.detail or str(error)) from error
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):  # what is wrong has been raised already
                part.with_name(part.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    reading = open_reader(source)
    try:
        written = open_copy(part)
        try:
            with written.backup("main", reading, "main") as backup:
                backup.step(-1)
            written.pragma("journal_mode", value="delete")
            _check(written)
        finally:
            written.close()
    finally:
        reading.close()


def _check(copy: Database) -> None:
    """Read the copy whole: every page by its checksum, every record by its chain; raises what does not hold."""
    complaint = str(copy.pragma("integrity_check"))
    if complaint != "ok":
        raise DroverError(ErrorCode.BACKUP_FAILED, complaint)
    for task, no, spec, records, head in copy.execute(TASKS):
        walk = Walk(task, no)
        for _ in walk.records(copy):
            pass
        ends(walk, spec, records, head)


def _publish(part: Path, file: Path) -> None:
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(file)
    sync_folder(file.parent)
