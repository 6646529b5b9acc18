"""Versions of the schema."""

from __future__ import annotations

import hashlib
from pathlib import Path

import apsw
import pytest

from engine.store.connection import open_writer
from engine.store.migrations import LATEST, STEPS, migrate
from engine.store.store import FILE, open_store
from tests.stored import task, write_steps

RELEASED = ("2dbdd",)
"""Beginnings of the SHA-256 of each released step."""


def test_a_released_step_is_never_changed() -> None:
    """Stores of that version are on people's disks: what made them is history."""
    assert tuple(hashlib.sha256(step.encode()).hexdigest()[:5] for step in STEPS[: len(RELEASED)]) == RELEASED


async def test_a_store_of_version_1_is_brought_forward_with_all_it_holds(tmp_path: Path) -> None:
    """A later step runs on a store with tasks in it, and only that step."""
    store = await open_store(tmp_path)
    await store.create([task()])
    await write_steps(store, task(), 2)
    await store.close()
    connection = open_writer(tmp_path / FILE)
    before = list(connection.execute("SELECT * FROM record"))
    migrate(connection, (STEPS[0], "ALTER TABLE task ADD COLUMN later TEXT NOT NULL DEFAULT 'x'"))
    assert connection.pragma("user_version") == 2
    assert list(connection.execute("SELECT * FROM record")) == before
    assert list(connection.execute("SELECT later FROM task")) == [("x",)]
    connection.close()


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    """All steps of one start, or none."""
    connection = open_writer(tmp_path / FILE)
    with pytest.raises(apsw.SQLError):
        migrate(connection, (*STEPS, "CREATE TABLE added (a) STRICT", "this is no SQL"))
    assert connection.pragma("user_version") == LATEST
    assert not list(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'added'"))
    connection.close()
