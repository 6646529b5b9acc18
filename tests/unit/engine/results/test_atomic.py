"""Files are there whole or not at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.results import atomic
from engine.results.atomic import BLOCK, blocks, write_atomically


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return [each.name for each in folder.iterdir()]


async def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    """As UTF-8 with plain line ends; what is no character is replaced."""
    file = tmp_path / "a" / "b" / "answer.md"
    await write_atomically(file, ["é\n", "\ud800"])
    assert file.read_bytes() == "é\n?".encode()
    assert [each.name for each in file.parent.iterdir()] == ["answer.md"]


async def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    """Whatever goes wrong while the new one is made."""
    file = tmp_path / "answer.md"
    file.write_text("old")

    def parts() -> Iterator[str]:
        yield "x" * BLOCK
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        await write_atomically(file, parts())
    assert file.read_text() == "old"
    assert names(tmp_path) == [file.name]


async def test_a_cancellation_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled before the rename."""
    file = tmp_path / "answer.md"
    file.write_text("old")
    reached = asyncio.Event()

    async def hang(*_: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(atomic.aiofiles.os, "replace", hang)
    writing = asyncio.create_task(write_atomically(file, ["new"]))
    await reached.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert file.read_text() == "old"
    assert names(tmp_path) == [file.name]


async def test_content_name_and_folder_are_synced_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any one of the three a power cut can leave an empty or an older file."""
    done: list[str] = []
    sync, replace = os.fsync, atomic.aiofiles.os.replace

    def fsync(descriptor: int) -> None:
        done.append("folder" if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir() else "content")
        sync(descriptor)

    async def rename(*names: Path) -> None:
        done.append("name")
        await replace(*names)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(atomic.aiofiles.os, "replace", rename)
    await write_atomically(tmp_path / "f", ["x"])
    assert done == ["content", "name", "folder"]


async def test_new_folders_are_durable_in_those_above_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is synced in the one that it is in before the file is written."""
    synced: list[Path] = []
    monkeypatch.setattr(atomic, "sync_folder", synced.append)
    await write_atomically(tmp_path / "answers" / "task" / "answer.md", ["text"])
    assert synced == [tmp_path, tmp_path / "answers", tmp_path / "answers" / "task"]


def test_small_parts_are_joined() -> None:
    """A write for each block, not for each line; nothing lost."""
    joined = list(blocks(["x" * 1000] * 1000))
    assert len(joined) == 4
    assert sum(map(len, joined)) == 1_000_000
