"""Reads a task's journal and checks it on the way: every record against its hash, every payload against its digest."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import msgspec

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import Fork, Note, Record
from engine.store.chain import Digests, digests, fork_origin, link, origin
from engine.store.codec import Encoded, decode
from engine.store.database import Database
from engine.store.rows import PLACES, sha256

ROWS = (
    "SELECT id, kind, at, header, hash, text, raw, text_digest, raw_digest FROM record"
    " WHERE id > ? AND id < ? ORDER BY id"
)


def read_chain(connection: Database, task: TaskId, no: int) -> tuple[list[Record], bytes]:
    """Return a task's records and the hash of the last; raises STORE_DAMAGED at the first that does not hold."""
    records: list[Record] = []
    head = origin(task)
    for id_, kind, at_ms, header, hash_, text, raw, text_digest, raw_digest in connection.execute(
        ROWS, (no * PLACES, (no + 1) * PLACES)
    ):
        place = len(records) + 1
        record = decoded(task, place, Encoded(kind, at_ms, header, text, raw))
        if isinstance(record, Fork) and place == 1:
            head = fork_origin(task, record.head)
        head = link(head, kind, at_ms, header, _payload(digests(text, raw), Digests(text_digest, raw_digest)))
        if id_ != no * PLACES + place or head != hash_:
            raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}, record {place}")
        records.append(record)
    return records, head


def decoded(task: TaskId, place: int, stored: Encoded) -> Record:
    """Return a record from what is stored of it; raises STORE_DAMAGED."""
    try:
        return decode(task, stored)
    except (msgspec.DecodeError, KeyError, zlib.error) as error:
        raise DroverError(ErrorCode.STORE_DAMAGED, f"task {task}, record {place}: {error}") from error


def matches(packed_spec: bytes, records: Iterable[Record]) -> bool:
    """Whether a spec as stored is the one that was recorded last."""
    recorded = b""
    for record in records:
        if isinstance(record, Note) and record.spec_sha256:
            recorded = record.spec_sha256
    return not recorded or recorded == sha256(packed_spec)


def _payload(present: Digests, dropped: Digests) -> Digests:
    """Return a payload's digests: of what is there, and of what retention took away."""
    return Digests(present.text or dropped.text or b"", present.raw or dropped.raw or b"")
