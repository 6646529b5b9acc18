"""Versions of the schema."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import apsw
import msgspec
import pytest

from engine.domain.step import NoteKind, Outcome
from engine.store.connection import open_writer
from engine.store.database import Database
from engine.store.migrations import LATEST, STEPS, migrate, v1
from engine.store.port import StoredTask
from engine.store.store import FILE, open_store
from tests.stored import HELD, intent, note, outcome, task

RELEASED = ("2dbdd",)
"""Beginnings of the SHA-256 of each released schema."""


def test_a_released_schema_is_never_changed() -> None:
    """Stores of that version are on people's disks: what made them is history."""
    assert tuple(hashlib.sha256(text.encode()).hexdigest()[:5] for text in (v1.SCHEMA,)) == RELEASED


def version_1(file: Path) -> Database:
    """Return a store as version 1 made it, with nothing in it."""
    connection = open_writer(file)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    connection.pragma("foreign_keys", value=False)
    for name in tables:
        connection.execute(f"DROP TABLE {name}")
    v1.upgrade(connection)
    connection.pragma("user_version", value=1)
    return connection


def put(connection: Database, of: StoredTask) -> None:
    """Write a task with a step and an open intent, as version 1 did."""
    pack = msgspec.msgpack.encode
    connection.execute(
        "INSERT INTO task VALUES (?, ?, ?, ?, ?, 4, zeroblob(32), NULL)",
        (of.id, of.order, of.spec.batch, pack(of.spec), pack(of.standing)),
    )
    created = msgspec.structs.replace(note(of, ""), kind=NoteKind.CREATED)
    done = outcome(of)
    records = (created, intent(of), msgspec.structs.replace(done, text="", raw=b""), intent(of, 2))
    for place, (record, kind) in enumerate(zip(records, ("note", "intent", "outcome", "intent"), strict=True), 1):
        connection.execute(
            "INSERT INTO record (task, place, kind, at, header, digest, hash)"
            " VALUES (?, ?, ?, ?, ?, zeroblob(32), zeroblob(32))",
            (of.id, place, kind, record.at_ms, pack(record)),
        )
        if isinstance(record, Outcome):
            connection.execute(
                "INSERT INTO payload VALUES (last_insert_rowid(), ?, ?)", (done.text, zlib.compress(done.raw))
            )


async def test_a_store_of_version_1_is_brought_forward_with_all_it_holds(tmp_path: Path) -> None:
    """Tasks, records, texts, open attempts and spending, chained by the new rule."""
    one, two = task(1, batch="b"), task(2)
    old = version_1(tmp_path / FILE)
    for each in (one, two):
        put(old, each)
    old.close()
    store = await open_store(tmp_path)
    assert await store.scan() == (one, two)
    for each in (one, two):
        steps = await store.steps(each.id)
        assert steps[0].accepted == msgspec.structs.replace(outcome(each), raw=b"")
        assert [entry.kind for entry in await store.log(each.id)] == ["created", "intent", "outcome", "intent"]
    assert [open_.intent for open_ in await store.open_attempts()] == [intent(one, 2), intent(two, 2)]
    spending = await store.spending()
    assert spending.total == 2 * (1_000 + HELD) and spending.batches == {"b": 1_000 + HELD}
    await store.append_outcome(outcome(one, 2), one.standing)
    await store.close()
    connection = open_writer(tmp_path / FILE)
    assert connection.pragma("user_version") == LATEST
    assert not list(connection.execute("SELECT 1 FROM sqlite_schema WHERE name LIKE 'old%'"))
    connection.close()


def test_only_the_steps_that_are_missing_run(tmp_path: Path) -> None:
    """And what the store holds stays."""
    connection = open_writer(tmp_path / FILE)

    def later(on: Database) -> None:
        on.execute("CREATE TABLE later (a TEXT) STRICT")

    migrate(connection, (*STEPS, later))
    migrate(connection, (*STEPS, later))
    assert connection.pragma("user_version") == LATEST + 1
    connection.close()


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    """All steps of one start, or none."""
    connection = open_writer(tmp_path / FILE)

    def later(on: Database) -> None:
        on.execute("CREATE TABLE added (a TEXT) STRICT; this is no SQL")

    with pytest.raises(apsw.SQLError):
        migrate(connection, (*STEPS, later))
    assert connection.pragma("user_version") == LATEST
    assert not list(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'added'"))
    connection.close()
