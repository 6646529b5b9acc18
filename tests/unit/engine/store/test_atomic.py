"""A small file is replaced whole or not at all, in the order in which that is durable."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from engine.store.atomic import replace_file

OLD, NEW = b"old", b"what is new, and longer"


def test_a_disk_that_takes_little_at_a_time_gets_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write may take less than it was given, and say so by no error."""
    write = os.write

    def little(descriptor: int, data: bytes) -> int:
        return write(descriptor, bytes(data)[:5])

    monkeypatch.setattr(os, "write", little)
    replace_file(tmp_path / "mark", NEW)
    assert (tmp_path / "mark").read_bytes() == NEW


def test_a_disk_that_becomes_full_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when some bytes of the new one still fitted."""
    (tmp_path / "mark").write_bytes(OLD)
    write, room = os.write, [5]

    def until_full(descriptor: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "full")
        written = write(descriptor, bytes(data)[: room[0]])
        room[0] -= written
        return written

    monkeypatch.setattr(os, "write", until_full)
    with pytest.raises(OSError, match="full"):
        replace_file(tmp_path / "mark", NEW)
    assert (tmp_path / "mark").read_bytes() == OLD


def test_it_is_synced_then_renamed_then_its_folder_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In any other order a power cut may leave neither the one nor the other."""
    done: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def renamed(file: Path, target: Path) -> Path:
        done.append("rename")
        return rename(file, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    replace_file(tmp_path / "mark", NEW)
    assert done == ["file", "rename", "folder"]
    assert [each.name for each in tmp_path.iterdir()] == ["mark"]
