"""A database whose first pages cannot be read, read all the same: with the beginning of an empty store in their place.

The header and the schema are the same in every store of a version, byte for byte but for a few counters, so they are
lent from a new one. Nothing is taken on trust by that: each record is still held against its chain, each page against
its checksum. Where the rest does not fit (another version, another layout), nothing holds and the caller refuses.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import apsw

from engine.domain.errors import DroverError, ErrorCode
from engine.store import watermark
from engine.store.connection import PAGE, is_of_place, open_probe, open_writer
from engine.store.database import Database

CHECKSUM = 8
"""Bytes at the end of each page."""
COUNTERS = ((24, 1), (92, 1))
"""Where the header says how often the file was changed; only where both are equal its size in pages is believed."""
SIZE, FREE = 28, (32, 36)
"""Where the header has the number of pages, and the list of free ones, which nobody needs to read."""
WORD = 0xFFFF_FFFF


@contextmanager
def readable(file: Path, beside: Path | None = None) -> Generator[tuple[Database, bool]]:
    """Open a store's database to look at it; also say whether its beginning had to be lent.

    The copy that this takes is made in the folder `beside`, or in the system's own for temporary files. Raises what
    `open_probe` raises where it is not known to be a store.
    """
    try:
        database = _opened(file)
    except (apsw.Error, DroverError) as error:
        if not _is_ours(file, error):
            raise
    else:
        with _closing(database):
            yield database, False
        return
    with (
        tempfile.TemporaryDirectory(prefix="drover-", dir=beside) as folder,
        _closing(_opened(_lend(file, Path(folder)))) as database,
    ):
        yield database, True


@contextmanager
def _closing(database: Database) -> Generator[Database]:
    try:
        yield database
    finally:
        database.close()


def _opened(file: Path) -> Database:
    database = open_probe(file)
    try:
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        database.close()
        raise
    return database


def _is_ours(file: Path, error: Exception) -> bool:
    """Whether a file that does not open is a store: it says so itself, or a watermark that counts records does."""
    if isinstance(error, DroverError) and error.code is not ErrorCode.NOT_A_STORE:
        return error.code is ErrorCode.STORE_DAMAGED
    if isinstance(error, apsw.Error) and is_of_place(error):
        return False
    mark = watermark.read(file.parent)
    return mark is not None and bool(mark.hash) and file.exists() and file.stat().st_size > PAGE


def _lend(file: Path, folder: Path) -> Path:
    """Return a copy of the database and its log that has the first pages of an empty store."""
    new, copy = folder / "new.db", folder / file.name
    pages = _beginning(new)
    shutil.copyfile(file, copy)
    size = copy.stat().st_size // PAGE
    pages[1] = _header(pages[1], size)
    with copy.open("r+b") as opened:
        opened.truncate(size * PAGE)
        for number, page in pages.items():
            opened.seek((number - 1) * PAGE)
            opened.write(page)
    log = file.with_name(f"{file.name}-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
    return copy


def _beginning(new: Path) -> dict[int, bytes]:
    """Make an empty store and return the pages of its header and schema, by number."""
    connection = open_writer(new)
    rows = connection.execute("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")
    numbers = [page for (page,) in rows if isinstance(page, int)]
    connection.close()
    content = new.read_bytes()
    return {number: content[(number - 1) * PAGE : number * PAGE] for number in numbers}


def _header(page: bytes, pages: int) -> bytes:
    """Return the first page for a file of so many pages, with its checksum."""
    header = bytearray(page)
    for place, value in (*COUNTERS, (SIZE, pages), *((free, 0) for free in FREE)):
        struct.pack_into(">I", header, place, value)
    header[-CHECKSUM:] = checksum(bytes(header[:-CHECKSUM]))
    return bytes(header)


def checksum(content: bytes) -> bytes:
    """Return what cksumvfs writes at the end of a page (SQLite, ext/misc/cksumvfs.c)."""
    first = second = 0
    words = iter(struct.unpack(f"<{len(content) // 4}I", content))
    for one, other in zip(words, words, strict=True):
        first = (first + one + second) & WORD
        second = (second + other + first) & WORD
    return struct.pack("<II", first, second)
