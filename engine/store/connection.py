"""Opens the database file: the one place that calls apsw's constructors, sets pragmas and maps its errors.

Pages carry checksums (SQLite's cksumvfs in 8 reserved bytes), so that a flipped bit is an error and not another
number. The write-ahead log is synced at each commit (`synchronous=FULL`): with NORMAL a power cut loses commits.
Nothing else in Drover may open the file: POSIX drops all its locks when any descriptor on it closes.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import apsw
import apsw.sqlite_extra

from engine.domain.errors import DroverError, ErrorCode
from engine.store.database import Database
from engine.store.migrations import LATEST, migrate

APPLICATION_ID = 0x44_52_56_52
"""'DRVR', in the file's header: what tells our file from another program's."""

CHECKSUM_VFS = "cksmvfs"
BUSY_MS = 5_000

PAGE = 512
"""Bytes of a page: SQLite writes whole ones, and a step changes a few hundred bytes here and there."""

LOG_BYTES = 4 * 1024 * 1024
"""Of the write-ahead log before it is folded in: a page that changed often meanwhile is then written once."""

CODES: dict[type[apsw.Error], ErrorCode] = {
    apsw.FullError: ErrorCode.DISK_FULL,
    apsw.ReadOnlyError: ErrorCode.FOLDER_NOT_WRITABLE,
    apsw.CantOpenError: ErrorCode.FOLDER_NOT_WRITABLE,
    apsw.PermissionsError: ErrorCode.FOLDER_NOT_WRITABLE,
    apsw.NotADBError: ErrorCode.NOT_A_STORE,
    apsw.CorruptError: ErrorCode.STORE_DAMAGED,
}


SHARED_MEMORY = frozenset({apsw.SQLITE_IOERR_SHMSIZE, apsw.SQLITE_IOERR_SHMOPEN, apsw.SQLITE_IOERR_SHMMAP})
"""What is said where the file that connections share cannot be made: the disk is full, or the folder takes none."""

OF_CONTENT = frozenset({apsw.SQLITE_IOERR_DATA, apsw.SQLITE_IOERR_READ, apsw.SQLITE_IOERR_SHORT_READ})
"""Of all that is said of a disk, what is about what lies on it."""

OF_PLACE = (
    apsw.FullError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.PermissionsError,
    apsw.BusyError,
    apsw.NoMemError,
)
"""Errors that say nothing of what lies on a disk."""


@functools.cache
def checksum_vfs() -> str:
    """Load the checksum VFS, once for the process, and return its name."""
    loader = apsw.Connection(":memory:")
    apsw.sqlite_extra.load(loader, "cksumvfs")
    loader.close()
    return CHECKSUM_VFS


def store_error(error: apsw.Error) -> DroverError:
    """Return an error of SQLite as one of ours, with its own words as the detail."""
    extended = _extended(error)
    code = CODES.get(type(error), ErrorCode.STORE_FAILED)
    if extended == apsw.SQLITE_IOERR_DATA:
        code = ErrorCode.STORE_DAMAGED
    elif extended == apsw.SQLITE_IOERR_SHMSIZE:
        code = ErrorCode.DISK_FULL
    return DroverError(code, str(error))


def is_of_place(error: apsw.Error) -> bool:
    """Whether an error is about the disk, the folder or other programs, and so no sign of damage."""
    return isinstance(error, OF_PLACE) or (isinstance(error, apsw.IOError) and _extended(error) not in OF_CONTENT)


def _extended(error: apsw.Error) -> int:
    return getattr(error, "extendedresult", 0)


@contextmanager
def as_store_errors() -> Generator[None]:
    """Raise errors of SQLite, of what it gave back and of the folder in the body as `DroverError`."""
    try:
        yield
    except apsw.Error as error:
        raise store_error(error) from error
    except UnicodeDecodeError as error:  # apsw's, of a text that is none
        raise DroverError(ErrorCode.STORE_DAMAGED, str(error)) from error
    except OSError as error:
        raise not_writable(error) from error


def not_writable(error: OSError) -> DroverError:
    """Return an error of the system as one of the folder, with which file and why as the detail."""
    return DroverError(ErrorCode.FOLDER_NOT_WRITABLE, f"{error.filename}: {error.strerror}")


@contextmanager
def snapshot(connection: Database) -> Generator[None]:
    """Read one moment of the database in the body, whatever the writer commits meanwhile; raises `apsw.Error`."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:  # an error of the disk ended it already
            connection.execute("ROLLBACK")


def open_writer(file: Path) -> Database:
    """Open the database for its one writer, making it where there is none; raises `DroverError`."""
    with as_store_errors():
        connection = _open(file, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        try:
            _settings(connection)
            if connection.pragma("page_count") == 0:  # not by the file's size: a creation cut short rolls back to none
                file.chmod(0o600)
                _create(connection)
            _recognise(connection)
            connection.pragma("journal_mode", value="wal")
            connection.pragma("wal_autocheckpoint", value=LOG_BYTES // PAGE)
            migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def open_reader(file: Path) -> Database:
    """Open the database for reading beside its writer; raises `DroverError`.

    Whoever reads last leaves the log, too: what of it is damaged is copied by the next start before SQLite cuts it.
    """
    with as_store_errors():
        if not file.exists():
            raise DroverError(ErrorCode.NOT_A_STORE, f"there is no {file.name}")
        connection = _open_to_read(file)
        try:
            _only_read(connection)
            _recognise(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def open_probe(file: Path) -> Database:
    """Open the database to look at it before anybody writes: nothing of it is changed, the log least of all.

    A creation that was cut short is rolled back, to a file without a page, which is nobody's yet.
    Raises `apsw.Error`, `DroverError`. No other connection of this process may be open.
    """
    connection = _open_to_read(file)
    try:
        _only_read(connection)
        if connection.pragma("page_count") != 0:
            _recognise(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_copy(file: Path) -> Database:
    """Open an empty file that a copy of a store is written to, page by page; raises `apsw.Error`.

    It is made a store's first: whether pages get a checksum is read from the header, and of the pages in a log, which
    have none yet, some would be written before it.
    """
    connection = _open(file, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    _settings(connection)
    _create(connection)
    return connection


def _open(file: Path | str, flags: int) -> Database:
    return cast("Database", apsw.Connection(str(file), flags=flags, vfs=checksum_vfs()))


def _open_to_read(file: Path) -> Database:
    """Open beside a writer; where none can be and nothing was left in a log, the file alone."""
    log = file.with_name(f"{file.name}-wal")
    if os.access(file.parent, os.W_OK) or log.exists():
        connection = _open(file, apsw.SQLITE_OPEN_READWRITE)
        if _can_share(connection) or (log.exists() and log.stat().st_size):
            return connection
        connection.close()
    return _open(f"{file.resolve().as_uri()}?immutable=1", apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _can_share(connection: Database) -> bool:
    """Whether the file that connections share is there or can be made; where not, no other program has one."""
    try:
        connection.pragma("schema_version")
    except apsw.Error as error:
        return not isinstance(error, apsw.FullError | apsw.CantOpenError) and _extended(error) not in SHARED_MEMORY
    return True


def _create(connection: Database) -> None:
    """Set what holds only when set before the first table, in one transaction: a power cut leaves all of it or none."""
    connection.pragma("page_size", value=PAGE)
    connection.reserve_bytes(reserve=8)
    connection.execute("BEGIN")
    connection.pragma("auto_vacuum", value="incremental")
    connection.pragma("application_id", value=APPLICATION_ID)
    connection.execute("COMMIT")


def _settings(connection: Database) -> None:
    connection.set_busy_timeout(BUSY_MS)
    connection.pragma("synchronous", value="full")
    connection.pragma("foreign_keys", value=True)
    connection.pragma("trusted_schema", value=False)


def _only_read(connection: Database) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    _settings(connection)
    connection.pragma("query_only", value=True)


def _recognise(connection: Database) -> None:
    if connection.pragma("application_id") != APPLICATION_ID:
        raise DroverError(ErrorCode.NOT_A_STORE, "another program's database")
    version = connection.pragma("user_version")
    if isinstance(version, int) and version > LATEST:
        raise DroverError(ErrorCode.STORE_TOO_NEW, f"version {version}, this Drover knows {LATEST}")
