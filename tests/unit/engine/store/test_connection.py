"""Opening the database file: what it is made with, and what is refused."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import cast

import apsw
import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.store.connection import APPLICATION_ID, is_of_place, open_reader, open_writer, store_error
from engine.store.database import Database
from engine.store.migrations import LATEST
from engine.store.store import FILE, open_store


def foreign(file: Path) -> Database:
    """Open a file as another program would."""
    return cast("Database", apsw.Connection(str(file)))


def test_a_new_file_is_made_with_what_later_cannot_be_changed(tmp_path: Path) -> None:
    """Application id, version, incremental vacuum, page checksums, write-ahead log, synced commits."""
    connection = open_writer(tmp_path / FILE)
    got = {
        name: connection.pragma(name)
        for name in ("application_id", "user_version", "auto_vacuum", "journal_mode", "synchronous")
    }
    assert got == {
        "application_id": APPLICATION_ID,
        "user_version": LATEST,
        "auto_vacuum": 2,
        "journal_mode": "wal",
        "synchronous": 2,
    }
    assert connection.reserve_bytes() == 8 and connection.pragma("checksum_verification") in (1, "1")
    connection.close()


def test_all_tables_are_strict(tmp_path: Path) -> None:
    """A column holds its type and nothing else."""
    connection = open_writer(tmp_path / FILE)
    tables = list(connection.execute("SELECT name, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'"))
    connection.close()
    assert len(tables) == 7 and all(strict for _, strict in tables)


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
async def test_folder_and_files_are_the_persons_alone(tmp_path: Path) -> None:
    """0700 and 0600 under the most generous umask."""
    before = os.umask(0)
    try:
        store = await open_store(tmp_path / "data")
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").iterdir()}
    await store.close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert FILE in modes and f"{FILE}-wal" in modes and set(modes.values()) == {0o600}


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be read as one. " * 40, b"\0" * 8192])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """NOT_A_STORE, and not a byte is changed."""
    (tmp_path / FILE).write_bytes(content)
    for opening in (open_writer, open_reader):
        with pytest.raises(DroverError) as raised:
            opening(tmp_path / FILE)
        assert raised.value.code is ErrorCode.NOT_A_STORE
    assert (tmp_path / FILE).read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """SQLite, but not ours."""
    other = foreign(tmp_path / FILE)
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    with pytest.raises(DroverError) as raised:
        open_writer(tmp_path / FILE)
    assert raised.value.code is ErrorCode.NOT_A_STORE


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    """STORE_TOO_NEW for reading and for writing; an older Drover must not touch it."""
    connection = open_writer(tmp_path / FILE)
    connection.pragma("user_version", LATEST + 1)
    connection.close()
    for opening in (open_writer, open_reader):
        with pytest.raises(DroverError) as raised:
            opening(tmp_path / FILE)
        assert raised.value.code is ErrorCode.STORE_TOO_NEW


@pytest.mark.parametrize("made", ["", "PRAGMA application_id"])
def test_a_creation_cut_short_goes_on(tmp_path: Path, made: str) -> None:
    """A kill before the schema is there leaves an empty file, or one with nothing in it but our name."""
    file = tmp_path / FILE
    file.touch()
    if made:
        connection = foreign(file)
        connection.reserve_bytes(reserve=8)
        connection.execute(f"PRAGMA auto_vacuum = incremental; {made} = {APPLICATION_ID}")
        connection.close()
    connection = open_writer(file)
    assert connection.pragma("user_version") == LATEST and connection.pragma("journal_mode") == "wal"
    connection.close()


def test_a_reader_makes_no_file(tmp_path: Path) -> None:
    """A command that only looks at a folder without a store leaves it as it was."""
    with pytest.raises(DroverError) as raised:
        open_reader(tmp_path / FILE)
    assert raised.value.code is ErrorCode.NOT_A_STORE and not list(tmp_path.iterdir())


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """Only the writer's connection changes anything."""
    writer = open_writer(tmp_path / FILE)
    reader = open_reader(tmp_path / FILE)
    with pytest.raises(apsw.ReadOnlyError):
        reader.execute("DELETE FROM record")
    reader.close()
    writer.close()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """FOLDER_NOT_WRITABLE when a file stands in its place."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(DroverError) as raised:
        await open_store(tmp_path / "data")
    assert raised.value.code is ErrorCode.FOLDER_NOT_WRITABLE


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """FOLDER_NOT_WRITABLE when its mode forbids it."""
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(DroverError) as raised:
        await open_store(tmp_path / "data")
    assert raised.value.code is ErrorCode.FOLDER_NOT_WRITABLE


def test_where_nobody_can_write_what_was_closed_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is read-only: SQLite would want to make files beside it. A log that was left is not passed over."""

    def nobody(*_: object) -> bool:
        return False

    open_writer(tmp_path / FILE).close()
    monkeypatch.setattr(os, "access", nobody)
    reader = open_reader(tmp_path / FILE)
    assert reader.execute("SELECT count(*) FROM task").fetchone() == (0,)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    reader.close()
    (tmp_path / f"{FILE}-wal").touch()
    reader = open_reader(tmp_path / FILE)
    assert reader.execute("SELECT count(*) FROM task").fetchone() == (0,)
    assert (tmp_path / f"{FILE}-shm").exists()
    reader.close()


def test_where_there_is_no_room_to_share_what_was_closed_can_be_read(tmp_path: Path) -> None:
    """A full disk: SQLite cannot make the file that connections share, and nobody else has one then."""
    open_writer(tmp_path / FILE).close()
    (tmp_path / f"{FILE}-shm").symlink_to(tmp_path / "no" / "where")
    reader = open_reader(tmp_path / FILE)
    assert reader.execute("SELECT count(*) FROM task").fetchone() == (0,)
    reader.close()


def test_a_log_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    """Without it the file alone would tell an older story."""
    killed(tmp_path)
    (tmp_path / f"{FILE}-shm").symlink_to(tmp_path / "no" / "where")
    with pytest.raises(DroverError) as raised:
        open_reader(tmp_path / FILE)
    assert raised.value.code is ErrorCode.FOLDER_NOT_WRITABLE


def test_whoever_only_reads_leaves_the_log_that_a_kill_left(tmp_path: Path) -> None:
    """What of it is damaged is copied aside by the next start: SQLite would fold in what holds and drop the rest."""
    log = killed(tmp_path)
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 4
    log.write_bytes(content)
    reader = open_reader(tmp_path / FILE)
    assert reader.pragma("page_count") == 1
    reader.close()
    assert log.read_bytes() == content


def killed(folder: Path) -> Path:
    """Leave a store as a kill leaves it: with a log; return the log."""
    (folder / "alive").mkdir()
    writer = open_writer(folder / "alive" / FILE)
    for name in (FILE, f"{FILE}-wal"):
        shutil.copyfile(folder / "alive" / name, folder / name)
    writer.close()
    assert (folder / f"{FILE}-wal").stat().st_size
    return folder / f"{FILE}-wal"


class OfDisk(apsw.IOError):
    """An error of the disk, as SQLite tells it."""

    def __init__(self, extended: int) -> None:
        """Be of this kind."""
        super().__init__()
        self.extendedresult = extended


def test_no_room_to_share_is_a_full_disk_and_no_damage() -> None:
    """SQLite says an error of the disk; only what is about the content is a sign of damage."""
    error, torn = OfDisk(apsw.SQLITE_IOERR_SHMSIZE), OfDisk(apsw.SQLITE_IOERR_DATA)
    assert store_error(error).code is ErrorCode.DISK_FULL and is_of_place(error)
    assert store_error(torn).code is ErrorCode.STORE_DAMAGED and not is_of_place(torn)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (apsw.FullError(), ErrorCode.DISK_FULL),
        (apsw.ReadOnlyError(), ErrorCode.FOLDER_NOT_WRITABLE),
        (apsw.CantOpenError(), ErrorCode.FOLDER_NOT_WRITABLE),
        (apsw.NotADBError(), ErrorCode.NOT_A_STORE),
        (apsw.CorruptError(), ErrorCode.STORE_DAMAGED),
        (apsw.IOError(), ErrorCode.STORE_FAILED),
        (apsw.BusyError(), ErrorCode.STORE_FAILED),
    ],
)
def test_errors_of_sqlite_have_codes_of_ours(error: apsw.Error, code: ErrorCode) -> None:
    """Each with SQLite's own words as the detail."""
    assert store_error(error).code is code
