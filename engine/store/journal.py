"""Reads a task's journal and checks it on the way: every record against its hash, every payload against its digest."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import msgspec

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import Fork, Note, NoteKind, Record
from engine.store.chain import Digests, digests, fork_origin, link, origin
from engine.store.codec import KINDS, Encoded, decode
from engine.store.database import Database
from engine.store.rows import PLACES, sha256

COLUMNS = "id, kind, at, header, hash, text_digest, raw_digest, text, raw"

ROWS = f"SELECT {COLUMNS} FROM record WHERE id > ? AND id < ? ORDER BY id"  # noqa: S608 - constants alone

NOTES = (
    f"SELECT at, header FROM task JOIN record ON record.id BETWEEN no * {PLACES} AND no * {PLACES} + {PLACES - 1}"  # noqa: S608
    " WHERE task.id = ? AND kind = ?"
)

Row = tuple[int, int, int, bytes, bytes, bytes | None, bytes | None, str | None, bytes | None]
"""A record as it lies in the table, by `COLUMNS`."""


class Walk:
    """A task's chain, followed record by record from its first."""

    def __init__(self, task: TaskId, no: int) -> None:
        """Begin before the first record of the task with this number."""
        self.task = task
        self.no = no
        self.place = 0
        """How many records hold."""
        self.head = origin(task)
        """Hash of the last of them."""
        self.spec_sha256 = b""
        """Digest of the settings that were recorded last."""

    def records(self, connection: Database) -> Iterator[Record]:
        """Go on from where the walk stands; raises STORE_DAMAGED at the first record that does not hold."""
        after = self.no * PLACES + self.place
        for row in connection.execute(ROWS, (after, (self.no + 1) * PLACES)):
            yield self.follow(row)

    def follow(self, row: Row) -> Record:
        """Take the next record."""
        id_, kind, at_ms, header, hash_, text_digest, raw_digest, text, raw = row
        place = self.place + 1
        dropped = text is None and bool(text_digest)
        record = decoded(self.task, place, Encoded(kind, at_ms, header, text, raw, dropped=dropped))
        before = fork_origin(self.task, record.head) if isinstance(record, Fork) and place == 1 else self.head
        head = link(
            before, kind, at_ms, header, _payload(digests(text, raw), Digests(text_digest or b"", raw_digest or b""))
        )
        if id_ != self.no * PLACES + place or head != hash_:
            raise DroverError(ErrorCode.STORE_DAMAGED, f"task {self.task}, record {place}")
        self.place, self.head = place, head
        if isinstance(record, Note) and record.spec_sha256:
            self.spec_sha256 = record.spec_sha256
        return record


def cut_back(connection: Database, task: TaskId) -> bool:
    """Whether records of a task were lost and its journal goes on without them."""
    notes = connection.execute(NOTES, (task, KINDS[Note]))
    records = (decoded(task, 0, Encoded(KINDS[Note], at_ms, header)) for at_ms, header in notes)
    return any(isinstance(record, Note) and record.kind is NoteKind.RECOVERED for record in records)


def decoded(task: TaskId, place: int, stored: Encoded) -> Record:
    """Return a record from what is stored of it; raises STORE_DAMAGED."""
    try:
        return decode(task, stored)
    except (msgspec.DecodeError, KeyError, zlib.error, TypeError, ValueError) as error:
        raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}, record {place}: {error}") from error


def matches_digest(packed_spec: bytes, recorded: bytes) -> bool:
    """Whether a spec as stored is the one that was recorded last."""
    return not recorded or recorded == sha256(packed_spec)


def _payload(present: Digests, dropped: Digests) -> Digests:
    """Return a payload's digests: of what is there, and of what retention took away."""
    return Digests(present.text or dropped.text, present.raw or dropped.raw)
