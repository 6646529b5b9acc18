"""Version 1. Money is in pico, times in milliseconds since the epoch, digests are SHA-256.

`record` is the journal: every record of every task, chained per task over header and payload digest. `payload` lies
apart, so that retention may drop a body and leave its digest. `task` and `attempt` are what is so now, kept in the
same transaction as the records they follow from; both can be rebuilt from the journal.
"""

from __future__ import annotations

from engine.store.database import Database

SCHEMA = """
CREATE TABLE task (
    id TEXT PRIMARY KEY NOT NULL,
    position INTEGER NOT NULL,
    batch TEXT NOT NULL,
    spec BLOB NOT NULL,
    standing BLOB NOT NULL,
    records INTEGER NOT NULL,
    head BLOB NOT NULL CHECK (length(head) = 32),
    deleted_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    task TEXT NOT NULL REFERENCES task (id),
    place INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    header BLOB NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (task, place)
) STRICT;

CREATE TABLE payload (
    seq INTEGER PRIMARY KEY REFERENCES record (seq),
    text TEXT,
    raw BLOB
) STRICT;

CREATE TABLE attempt (
    id TEXT PRIMARY KEY NOT NULL,
    task TEXT NOT NULL REFERENCES task (id),
    step INTEGER NOT NULL,
    number INTEGER NOT NULL,
    batch TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    price_list TEXT NOT NULL,
    provider_request_id TEXT NOT NULL,
    status TEXT NOT NULL,
    held INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    day TEXT NOT NULL,
    intent_seq INTEGER NOT NULL REFERENCES record (seq),
    outcome_seq INTEGER REFERENCES record (seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_by_task ON attempt (task, intent_seq);
CREATE INDEX attempt_open ON attempt (id) WHERE outcome_seq IS NULL;
CREATE INDEX attempt_by_day ON attempt (day, batch, cost);
"""


def upgrade(connection: Database) -> None:
    """Make the tables in an empty database."""
    connection.execute(SCHEMA)
