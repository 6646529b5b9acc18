"""The spool as a file."""

from __future__ import annotations

import errno
import os
import resource
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiofiles.os
import pytest

from engine.domain.ids import AttemptId
from engine.store import spool_file
from engine.store.spool import MAGIC, pack
from engine.store.spool_file import NAME, FileSpool, read

_replace = aiofiles.os.replace
A, B = AttemptId("a" * 26), AttemptId("b" * 26)


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return [each.name for each in folder.iterdir()]


@contextmanager
def files_of_at_most(size: int) -> Generator[None]:
    """Let the system refuse what goes beyond: writes come out short, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_blocks_are_appended_and_read_by_the_next_run(tmp_path: Path) -> None:
    """For the person alone; a run that begins on what another left goes on behind it."""
    first = FileSpool(tmp_path)
    assert await first.read() == {}
    await first.append(pack([(A, 0, "one ")]))
    await first.append(pack([(A, 4, "two")]))
    await first.close()
    second = FileSpool(tmp_path)
    await second.append(pack([(B, 0, "three")]))
    await second.close()
    file = tmp_path / NAME
    assert await second.read() == read(file) == {A: "one two", B: "three"}
    assert second.size == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600


async def test_what_is_replaced_is_gone(tmp_path: Path) -> None:
    """Whole under its name, nothing beside it; appends go on behind it."""
    spool = FileSpool(tmp_path)
    await spool.append(pack([(A, 0, "old" * 1000)]))
    await spool.replace(pack([(B, 0, "new ")]))
    await spool.append(pack([(B, 4, "text")]))
    await spool.close()
    assert await spool.read() == {B: "new text"}
    assert spool.size == (tmp_path / NAME).stat().st_size < 200
    assert names(tmp_path) == [NAME]
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


async def test_an_empty_spool_is_no_file(tmp_path: Path) -> None:
    """Also where there was none; what comes later makes it again."""
    spool = FileSpool(tmp_path)
    await spool.replace(b"")
    await spool.append(pack([(A, 0, "text")]))
    await spool.replace(b"")
    assert names(tmp_path) == []
    assert spool.size == 0
    await spool.append(pack([(B, 0, "again")]))
    await spool.close()
    assert read(tmp_path / NAME) == {B: "again"}


@dataclass(slots=True)
class Disk:
    """What a spool asks of the disk when it is written anew; `allow` lets the sync of the content end."""

    allow: threading.Event = field(default_factory=threading.Event)
    done: list[str] = field(default_factory=list[str])
    problem: OSError | None = None

    def sync(self, descriptor: int) -> None:
        """Stand in for `os.fsync`."""
        kind = "folder" if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir() else "content"
        self.allow.wait()
        self.done.append(kind)
        if self.problem is not None:
            raise self.problem

    async def replace(self, source: Path, target: Path) -> None:
        """Stand in for `aiofiles.os.replace`."""
        self.done.append("name")
        await _replace(source, target)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk whose syncs wait."""
    made = Disk()
    monkeypatch.setattr(os, "fsync", made.sync)
    monkeypatch.setattr(spool_file.aiofiles.os, "replace", made.replace)
    return made


async def _append_for_ever(spool: FileSpool) -> None:
    while True:
        await spool.append(pack([(A, 4, "")]))


async def test_content_name_and_folder_are_synced_in_this_order(tmp_path: Path, disk: Disk) -> None:
    """Of a spool that is written anew: a rename of unsynced text could lose all of it in a power cut."""
    disk.allow.set()
    spool = FileSpool(tmp_path)
    await spool.append(pack([(A, 0, "not synced")]))
    await spool.replace(pack([(A, 0, "synced")]))
    await spool.close()
    assert disk.done == ["content", "name", "folder"]


async def test_appends_do_not_wait_for_a_sync(tmp_path: Path, disk: Disk) -> None:
    """They are in the old spool while the new one has no name, and in the new one when it has."""
    spool = FileSpool(tmp_path)
    await spool.append(pack([(A, 0, "one ")]))
    await spool.replace(pack([(A, 0, "one ")]))
    await spool.append(pack([(A, 4, "two ")]))
    assert disk.done == []
    assert read(tmp_path / NAME) == {A: "one two "}
    disk.allow.set()
    await spool.close()
    assert read(tmp_path / NAME) == {A: "one two "}
    assert spool.size == (tmp_path / NAME).stat().st_size
    await spool.append(pack([(A, 8, "three")]))
    await spool.close()
    assert read(tmp_path / NAME) == {A: "one two three"}


async def test_a_sync_that_fails_is_told_by_the_next_append(tmp_path: Path, disk: Disk) -> None:
    """The old spool is kept, and the next try takes its place."""
    disk.problem = OSError(errno.EIO, os.strerror(errno.EIO))
    spool = FileSpool(tmp_path)
    await spool.append(pack([(A, 0, "kept")]))
    await spool.replace(pack([(A, 0, "kept")]))
    disk.allow.set()
    with pytest.raises(OSError, match="error"):
        await _append_for_ever(spool)
    assert names(tmp_path) == [NAME]
    assert read(tmp_path / NAME) == {A: "kept"}
    disk.problem = None
    await spool.replace(pack([(A, 0, "new")]))
    await spool.close()
    assert read(tmp_path / NAME) == {A: "new"}


async def test_a_write_that_comes_out_short_is_an_error(tmp_path: Path) -> None:
    """And what was there is kept when the new one does not fit."""
    spool = FileSpool(tmp_path)
    await spool.append(pack([(A, 0, "kept")]))
    with files_of_at_most(spool.size + 10):
        with pytest.raises(OSError, match="space"):
            await spool.append(pack([(A, 4, "x" * 1000)]))
        with pytest.raises(OSError, match="space"):
            await spool.replace(pack([(A, 0, "x" * 1000)]))
    await spool.close()
    assert read(tmp_path / NAME) == {A: "kept"}
    assert names(tmp_path) == [NAME]


async def test_a_folder_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    """For whoever appends; nothing to read for whoever reads."""
    spool = FileSpool(tmp_path / "nowhere")
    assert await spool.read() == {}
    with pytest.raises(FileNotFoundError):
        await spool.append(pack([(A, 0, "x")]))


async def test_no_more_is_read_than_can_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of a spool that grew beyond all bounds is torn off."""
    (tmp_path / NAME).write_bytes(MAGIC + pack([(A, 0, "one")]) + pack([(B, 0, "two")]))
    monkeypatch.setattr(spool_file, "MOST_READ", len(MAGIC + pack([(A, 0, "one")])) + 5)
    assert await FileSpool(tmp_path).read() == {A: "one"}
