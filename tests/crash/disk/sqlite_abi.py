"""The part of SQLite's public ABI that is watched (sqlite.org/c3ref/vfs.html, io_methods.html, file.html)."""

from __future__ import annotations

import ctypes

import apsw

POINTER = ctypes.c_void_p
INT = ctypes.c_int

OPEN = ctypes.CFUNCTYPE(INT, POINTER, POINTER, POINTER, INT, POINTER)
"""(vfs, name, file, flags, flags given)."""
DELETE = ctypes.CFUNCTYPE(INT, POINTER, POINTER, INT)
"""(vfs, name, whether the folder is synced)."""
CLOSE = ctypes.CFUNCTYPE(INT, POINTER)
WRITE = ctypes.CFUNCTYPE(INT, POINTER, POINTER, INT, ctypes.c_int64)
"""(file, bytes, how many, offset)."""
TRUNCATE = ctypes.CFUNCTYPE(INT, POINTER, ctypes.c_int64)
SYNC = ctypes.CFUNCTYPE(INT, POINTER, INT)
SHM_MAP = ctypes.CFUNCTYPE(INT, POINTER, INT, INT, INT, POINTER)
"""(file, region, its size, whether to make it, where it is mapped)."""


class Vfs(ctypes.Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = (
        ("version", INT),
        ("file_size", INT),
        ("longest_path", INT),
        ("next", POINTER),
        ("name", ctypes.c_char_p),
        ("data", POINTER),
        ("open", POINTER),
        ("delete", POINTER),
    )
    open: int
    delete: int


class Methods(ctypes.Structure):
    """sqlite3_io_methods."""

    _fields_ = (
        ("version", INT),
        ("close", POINTER),
        ("read", POINTER),
        ("write", POINTER),
        ("truncate", POINTER),
        ("sync", POINTER),
        ("file_size", POINTER),
        ("lock", POINTER),
        ("unlock", POINTER),
        ("is_reserved", POINTER),
        ("control", POINTER),
        ("sector_size", POINTER),
        ("characteristics", POINTER),
        ("shm_map", POINTER),
        ("shm_lock", POINTER),
        ("shm_barrier", POINTER),
        ("shm_unmap", POINTER),
        ("fetch", POINTER),
        ("unfetch", POINTER),
    )
    close: int
    write: int
    truncate: int
    sync: int
    shm_map: int


class File(ctypes.Structure):
    """The beginning of sqlite3_file."""

    _fields_ = (("methods", POINTER),)
    methods: int | None


def system_vfs(probe: str) -> Vfs:
    """Return the system's own VFS; a database is opened at `probe` to find it, and nothing is written."""
    found = POINTER()
    connection = apsw.Connection(probe, vfs="unix")
    connection.file_control("main", apsw.SQLITE_FCNTL_VFS_POINTER, ctypes.addressof(found))
    connection.close()
    if found.value is None:
        raise RuntimeError("SQLite gives no pointer to its VFS")
    return Vfs.from_address(found.value)


def address(function: object) -> int:
    """Return where a function made for C is."""
    at = ctypes.cast(function, POINTER).value  # type: ignore[arg-type]
    if at is None:
        raise RuntimeError("a function with no address")
    return at
