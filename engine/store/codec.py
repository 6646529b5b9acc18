"""Records to bytes and back: MessagePack arrays of the values in `engine.domain.step`, with bodies taken out.

What a row says already (task, time) and what is stored apart (text, raw reply) is not in the header. The fields of a
row are positions: new ones go to the end, with a default, and none is ever taken out.
"""

from __future__ import annotations

import zlib
from operator import attrgetter
from typing import TypeVar

import msgspec

from engine.domain.ids import TaskId
from engine.domain.step import Checkpoint, Correction, Flag, Fork, Intent, Note, Outcome, Record
from engine.domain.task import Standing, TaskSpec

COMPRESSION = 9
"""zlib's level: a reply's stream of events is repetitive, and compressing it costs less than saving what is left."""

NOBODY = TaskId("")


class _Intent(Intent, frozen=True, kw_only=True, array_like=True):
    """An intent as a row."""


class _Outcome(Outcome, frozen=True, kw_only=True, array_like=True):
    """An outcome as a row."""


class _Checkpoint(Checkpoint, frozen=True, kw_only=True, array_like=True):
    """A checkpoint as a row."""


class _Note(Note, frozen=True, kw_only=True, array_like=True):
    """A note as a row."""


class _Correction(Correction, frozen=True, kw_only=True, array_like=True):
    """A correction as a row."""


class _Fork(Fork, frozen=True, kw_only=True, array_like=True):
    """A fork as a row."""


class _Standing(Standing, frozen=True, kw_only=True, array_like=True):
    """A standing as a row."""


ROWS: dict[int, tuple[type[Record], type[Record]]] = {
    1: (Intent, _Intent),
    2: (Outcome, _Outcome),
    3: (Checkpoint, _Checkpoint),
    4: (Note, _Note),
    5: (Correction, _Correction),
    6: (Fork, _Fork),
}
"""What is stored, by kind. A kind's number never changes."""

KINDS: dict[type[Record], int] = {value: kind for kind, (value, _) in ROWS.items()}

S = TypeVar("S", bound=msgspec.Struct)

_encoder = msgspec.msgpack.Encoder()
_values = attrgetter(*Standing.__struct_fields__)
"""What `_Standing` is as a row, without making one: a standing is written with every record."""

_BARE: dict[str, object] = {"task": NOBODY, "at_ms": 0, "text": "", "raw": b"", "replies": ()}
"""What stands in a header in the place of what is stored beside it."""

_HEADERS = {
    kind: (
        attrgetter(*value.__struct_fields__),
        tuple((place, _BARE[name]) for place, name in enumerate(value.__struct_fields__) if name in _BARE),
    )
    for kind, (value, _) in ROWS.items()
}
"""By kind, what a row is without making one, and what is taken out of it where."""


class Encoded(msgspec.Struct, frozen=True):
    """A record as it is stored."""

    kind: int
    at_ms: int
    header: bytes
    text: str | None = None
    raw: bytes | None = None
    dropped: bool = False
    """Whether retention took its text."""


def encode(record: Record) -> Encoded:
    """Return a record as its header and payload."""
    kind = KINDS[type(record)]
    text, raw = None, None
    if isinstance(record, Outcome):
        text, raw = _storable(record.text), zlib.compress(record.raw, COMPRESSION) if record.raw else None
    elif isinstance(record, Note):
        text = _storable(record.text)
    elif isinstance(record, Fork):
        raw = zlib.compress(_encoder.encode([_storable(reply) for reply in record.replies]), COMPRESSION)
    return Encoded(kind, record.at_ms, _header(kind, record), text or None, raw)


def _header(kind: int, record: Record) -> bytes:
    read, bare = _HEADERS[kind]
    row = list(read(record))
    for place, blank in bare:
        row[place] = blank
    return _encoder.encode(row)


def decode(task: TaskId, stored: Encoded) -> Record:
    """Return a record; the raw reply of an outcome is left out. Raises `msgspec.DecodeError`, KeyError, zlib.error."""
    value, row = ROWS[stored.kind]
    rest: dict[str, object] = {"task": task, "at_ms": stored.at_ms}
    if stored.text and value in (Outcome, Note):
        rest["text"] = stored.text
    elif stored.raw is not None and value is Fork:
        rest["replies"] = msgspec.msgpack.decode(zlib.decompress(stored.raw), type=tuple[str, ...])
    header = msgspec.msgpack.decode(stored.header, type=row)
    if stored.dropped and isinstance(header, Outcome):
        rest["flags"] = (*header.flags, Flag.DROPPED)
    return _as(value, header, rest)


def pack(value: Standing | TaskSpec) -> bytes:
    """Return a standing or a spec as bytes."""
    return _encoder.encode(_values(value) if isinstance(value, Standing) else value)


def standing(packed: bytes) -> Standing:
    """Return a standing from its bytes."""
    return _as(Standing, msgspec.msgpack.decode(packed, type=_Standing), {})


def spec(packed: bytes) -> TaskSpec:
    """Return a spec from its bytes."""
    return msgspec.msgpack.decode(packed, type=TaskSpec)


def _as(type_: type[S], value: msgspec.Struct, changes: dict[str, object]) -> S:
    """Return the same fields as another of a value's two forms."""
    return type_(**(msgspec.structs.asdict(value) | changes))


def _storable(text: str) -> str:
    """Return text that SQLite can keep: a lone surrogate is no character, and a model may still send one."""
    return text if text.isascii() or not _has_surrogate(text) else text.encode("utf-8", "replace").decode()


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
