"""The spool as a file."""

from __future__ import annotations

import os
import resource
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.domain.ids import AttemptId
from engine.store import spool_file
from engine.store.spool import MAGIC, pack
from engine.store.spool_file import NAME, FileSpool, read

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
    assert await spool.read() == {B: "new text"}
    assert spool.size == (tmp_path / NAME).stat().st_size < 200
    await spool.close()
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


async def test_content_name_and_folder_are_synced_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a spool that is written anew: a rename of unsynced text could lose all of it in a power cut."""
    done: list[str] = []
    sync, replace = os.fsync, spool_file.aiofiles.os.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir() else "content")
        sync(descriptor)

    async def rename(*names: Path) -> None:
        done.append("name")
        await replace(*names)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(spool_file.aiofiles.os, "replace", rename)
    spool = FileSpool(tmp_path)
    await spool.append(pack([(A, 0, "not synced")]))
    await spool.replace(pack([(A, 0, "synced")]))
    assert done == ["content", "name", "folder"]


async def test_a_write_that_comes_out_short_is_an_error(tmp_path: Path) -> None:
    """And what was there is kept when the new one does not fit."""
    spool = FileSpool(tmp_path)
    await spool.append(pack([(A, 0, "kept")]))
    with files_of_at_most(spool.size + 10):
        with pytest.raises(OSError, match="space"):
            await spool.append(pack([(A, 4, "x" * 1000)]))
        with pytest.raises(OSError, match="space"):
            await spool.replace(pack([(A, 0, "x" * 1000)]))
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
