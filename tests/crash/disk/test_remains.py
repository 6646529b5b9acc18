"""What a power cut leaves, on disks of a few operations."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.crash.disk.operations import (
    Link,
    MakeFolder,
    Operation,
    Rename,
    Sync,
    SyncFailed,
    SyncFolder,
    Truncate,
    Unlink,
    Write,
)
from tests.crash.disk.remains import SECTOR, Disk

MADE = (MakeFolder("data"), SyncFolder(""), Link("data/a", 1), SyncFolder("data"))


def disk(*operations: Operation) -> Disk:
    """Return a disk with a folder and an empty file, both durable, on which more was done."""
    made = Disk()
    for operation in (*MADE, *operations):
        made.perform(operation)
    return made


def left(of: Disk, samples: int = 0) -> list[Mapping[str, bytes]]:
    """Return all that may be left."""
    return [remains.files("data") for remains in of.remains(random.Random(3), samples, beginnings=True)]


def test_what_was_synced_is_there_whatever_else_is() -> None:
    """And what was not may be there or not, in the order in which it was written."""
    written = disk(Write(1, 0, b"one "), Sync(1), Write(1, 4, b"two "), Write(1, 8, b"three"))
    contents = {files["data/a"] for files in left(written)}
    assert contents == {b"one ", b"one two ", b"one two three"}


def test_a_name_is_there_when_its_folder_was_synced() -> None:
    """A new name, a name in the place of another, and a name taken away are all undone without it."""
    renamed = disk(Link("data/new", 2), Write(2, 0, b"new"), Sync(2), Rename("data/new", "data/a"))
    assert {tuple(sorted(files.items())) for files in left(renamed)} == {
        (("data/a", b""),),
        (("data/a", b""), ("data/new", b"new")),
        (("data/a", b"new"),),
    }
    assert {len(files) for files in left(disk(Unlink("data/a")))} == {0, 1}
    renamed.perform(SyncFolder("data"))
    assert {files["data/a"] for files in left(renamed)} == {b"new"}


def test_a_new_folder_takes_all_with_it() -> None:
    """As long as the one above it was not synced."""
    nested = Disk()
    for operation in (MakeFolder("data"), Link("data/a", 1), Write(1, 0, b"text"), Sync(1), SyncFolder("data")):
        nested.perform(operation)
    assert {len(files) for files in left(nested)} == {0, 1}


def test_a_sample_mixes_sectors() -> None:
    """Each holds what some beginning of the writes to it left, and a hole reads as zeros."""
    written = disk(Write(1, 0, b"a" * 4 * SECTOR), Write(1, SECTOR, b"b" * SECTOR))
    seen = {files["data/a"] for files in left(written, samples=200)}
    sectors = [content[at : at + SECTOR][:1] for content in seen for at in range(0, len(content), SECTOR)]
    assert set(sectors) == {b"a", b"b", b"\0"} and all(len(content) % SECTOR == 0 for content in seen)
    assert {content[SECTOR : SECTOR + 1] for content in seen} == {b"", b"\0", b"a", b"b"}


def test_what_a_failed_sync_was_for_is_lost_for_ever() -> None:
    """Also when a later sync succeeds: only what was written after it is on the disk then."""
    failed = disk(Write(1, 0, b"lost"), SyncFailed(1), Write(1, 4, b"kept"), Sync(1))
    assert {files["data/a"] for files in left(failed)} == {b"\0\0\0\0kept"}


def test_a_file_that_was_cut_may_be_whole() -> None:
    """Until it is synced."""
    shorter = disk(Write(1, 0, b"whole"), Sync(1), Truncate(1, 2))
    assert {files["data/a"] for files in left(shorter)} == {b"whole", b"wh"}
