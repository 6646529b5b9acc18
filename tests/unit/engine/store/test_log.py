"""The write-ahead log that an earlier run left."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.store.log import renew_log
from engine.store.store import FILE, open_store
from tests.stored import task


async def test_a_log_that_was_left_is_written_and_synced_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is built on it: it may be readable and on no disk, where a sync failed."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    shutil.copytree(tmp_path / "data", tmp_path / "left")
    await store.close()
    log = (tmp_path / "left" / f"{FILE}-wal").read_bytes()
    synced: list[int] = []

    def sync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", sync)
    renew_log(tmp_path / "left" / f"{FILE}-wal")
    assert synced == [len(log)] and (tmp_path / "left" / f"{FILE}-wal").read_bytes() == log
