"""Records to bytes and back: MessagePack of the values in `engine.domain.step`, with bodies taken out.

The header of an outcome holds everything but its text and raw reply; those are its payload, raw compressed.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import msgspec

from engine.domain.step import Checkpoint, Intent, Note, Outcome
from engine.domain.task import Standing, TaskSpec

Record = Intent | Outcome | Checkpoint | Note

TYPES: dict[str, type[Intent | Outcome | Checkpoint | Note]] = {
    "intent": Intent,
    "outcome": Outcome,
    "checkpoint": Checkpoint,
    "note": Note,
}
KINDS = {type_: kind for kind, type_ in TYPES.items()}

COMPRESSION = 3
"""zlib's level: beyond it a reply takes longer and hardly less room."""

_encoder = msgspec.msgpack.Encoder()


@dataclass(frozen=True, slots=True)
class Encoded:
    """A record ready to be stored."""

    kind: str
    at_ms: int
    header: bytes
    text: str | None
    raw: bytes | None


def encode(record: Record) -> Encoded:
    """Return a record as its header and payload."""
    text = raw = None
    if isinstance(record, Outcome):
        text, raw = _storable(record.text), zlib.compress(record.raw, COMPRESSION) if record.raw else None
        record = msgspec.structs.replace(record, text="", raw=b"")
    return Encoded(KINDS[type(record)], record.at_ms, _encoder.encode(record), text or None, raw)


def decode(kind: str, header: bytes, text: str | None = None) -> Record:
    """Return a record from its header and, for an outcome, its text; raises `msgspec.DecodeError`."""
    record = msgspec.msgpack.decode(header, type=TYPES[kind])
    if isinstance(record, Outcome) and text:
        return msgspec.structs.replace(record, text=text)
    return record


def pack(value: Standing | TaskSpec) -> bytes:
    """Return a standing or a spec as bytes."""
    return _encoder.encode(value)


def standing(packed: bytes) -> Standing:
    """Return a standing from its bytes."""
    return msgspec.msgpack.decode(packed, type=Standing)


def spec(packed: bytes) -> TaskSpec:
    """Return a spec from its bytes."""
    return msgspec.msgpack.decode(packed, type=TaskSpec)


def _storable(text: str) -> str:
    """Return text that SQLite can keep: a lone surrogate is no character, and a model may still send one."""
    return text.encode("utf-8", "replace").decode() if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
