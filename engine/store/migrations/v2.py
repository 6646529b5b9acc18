"""Version 2: less is written a step. Money is in pico, times in milliseconds since the epoch, digests are SHA-256.

SQLite writes whole pages, so what changes with each record lies in rows of its own and in few pages: a task's spec
apart from its standing, each task's records side by side (`record.id` is the task's number and the record's place, see
`engine.store.rows`), no index but the keys, and sums of spending kept instead of computed. `task`, `standing`,
`attempt` and `spending` are what is so now, written in the same transaction as the records they follow from.
"""

from __future__ import annotations

import zlib

import msgspec

from engine.domain.ids import TaskId
from engine.domain.step import Checkpoint, Intent, Note, NoteKind, Outcome
from engine.domain.task import Standing, TaskSpec
from engine.store.database import Database
from engine.store.port import StoredTask
from engine.store.rows import Rows

SCHEMA = """
CREATE TABLE task (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    batch TEXT NOT NULL,
    spec BLOB NOT NULL,
    deleted_at INTEGER
) STRICT;

CREATE TABLE standing (
    no INTEGER PRIMARY KEY REFERENCES task (no),
    standing BLOB NOT NULL,
    records INTEGER NOT NULL,
    head BLOB NOT NULL CHECK (length(head) = 32),
    seq INTEGER NOT NULL,
    open INTEGER
) STRICT;

CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    header BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    text_digest BLOB,
    raw_digest BLOB,
    text TEXT,
    raw BLOB
) STRICT;

CREATE TABLE attempt (
    record INTEGER PRIMARY KEY REFERENCES record (id),
    id TEXT NOT NULL,
    step INTEGER NOT NULL,
    number INTEGER NOT NULL,
    batch TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    price_list TEXT NOT NULL,
    provider_request_id TEXT NOT NULL,
    status TEXT NOT NULL,
    flags TEXT NOT NULL,
    held INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    day TEXT NOT NULL
) STRICT;

CREATE TABLE spending (
    day TEXT NOT NULL,
    batch TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    input INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    PRIMARY KEY (day, batch, provider, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE budget (
    level TEXT NOT NULL,
    key TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (level, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE fence (
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    attempt TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (provider, model)
) STRICT, WITHOUT ROWID;
"""

KINDS: dict[str, type[Intent | Outcome | Checkpoint | Note]] = {
    "intent": Intent,
    "outcome": Outcome,
    "checkpoint": Checkpoint,
    "note": Note,
}
OLD = ("payload", "attempt", "record", "task")


def upgrade(connection: Database) -> None:
    """Bring a store of version 1 to version 2: every record anew, in its order, chained by the new rule."""
    connection.execute("PRAGMA defer_foreign_keys = true; PRAGMA legacy_alter_table = true")
    for table in OLD:
        connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    connection.execute(SCHEMA)
    rows = Rows(connection)
    for task in connection.execute(
        "SELECT id, position, spec, standing, deleted_at FROM old_task ORDER BY position, id"
    ):
        _move(connection, rows, *task)
    rows.flush()
    for table in OLD:
        connection.execute(f"DROP TABLE old_{table}")


def _move(  # noqa: PLR0917 - one row
    connection: Database, rows: Rows, task: TaskId, position: int, spec: bytes, standing: bytes, deleted: int | None
) -> None:
    stored = StoredTask(
        id=task,
        order=position,
        spec=msgspec.msgpack.decode(spec, type=TaskSpec),
        standing=msgspec.msgpack.decode(standing, type=Standing),
    )
    rows.create(stored)
    for kind, header, text, raw in connection.execute(
        "SELECT kind, header, text, raw FROM old_record LEFT JOIN old_payload USING (seq)"
        " WHERE task = ? ORDER BY place",
        (task,),
    ):
        record = msgspec.msgpack.decode(header, type=KINDS[kind])
        if isinstance(record, Note) and record.kind is NoteKind.CREATED:
            continue
        if isinstance(record, Outcome):
            record = msgspec.structs.replace(record, text=text or "", raw=zlib.decompress(raw) if raw else b"")
        rows.append(record, stored.standing)
    rows.delete([task], deleted)
