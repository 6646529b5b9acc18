"""The spool: what has arrived of replies that still stream, so that the end of the program takes little of it.

It lies outside the writer's queue and is never synced as it grows: it outlives a kill -9, while a power cut may take
its tail. It only ever adds to what a person sees of an attempt that nobody saw end; nothing is counted or sent by it.

A spool is `MAGIC` and frames: length and CRC-32 of the body (little endian, 4 bytes each), then the body, MessagePack
of a list of pieces. Task and step of an attempt stand in its intent, which is durable before any of its text. Reading
stops at the first frame that does not hold: what came before it did.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from engine.domain.ids import AttemptId

MAGIC = b"drover spool 1\n"
LONGEST = 4 * 1024 * 1024
"""Bytes of a body at most."""

Piece = tuple[AttemptId, int, str]
"""Some text of an attempt and its offset in characters; where that lies within what is known, the piece replaces it."""

_HEAD = struct.Struct("<II")
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Piece])


class Spool(Protocol):
    """Keeps frames in their order. Every call raises OSError where the disk does not do what is asked."""

    @property
    def size(self) -> int:
        """Bytes it holds, as far as this run knows."""
        ...

    async def read(self) -> dict[AttemptId, str]:
        """Return the text of every attempt that an earlier run left; what does not hold is left out."""
        ...

    async def append(self, frames: bytes) -> None:
        """Write frames behind all others. After an error, of an earlier `replace` too, it may be torn: `replace` it."""
        ...

    async def replace(self, frames: bytes) -> None:
        """Hold these frames and no others, or for a while, and after an error, still the old ones; none empties it."""
        ...

    async def close(self) -> None:
        """Let go of the file."""
        ...


@dataclass(slots=True, eq=False)
class MemorySpool:
    """The fake: outlives the engine that writes to it, as a file does."""

    data: bytes = b""
    failing: OSError | None = None
    """Raised by every write while it is set; half of what was appended is there nevertheless."""
    writes: list[int] = field(default_factory=list[int])
    """Bytes of each block appended."""

    @property
    def size(self) -> int:
        """See `Spool`."""
        return len(self.data)

    async def read(self) -> dict[AttemptId, str]:
        """See `Spool`."""
        return unpack(self.data)

    async def append(self, frames: bytes) -> None:
        """See `Spool`."""
        self.data = (self.data or MAGIC) + (frames if self.failing is None else frames[: len(frames) // 2])
        self._check()
        self.writes.append(len(frames))

    async def replace(self, frames: bytes) -> None:
        """See `Spool`."""
        self._check()
        self.data = MAGIC + frames if frames else b""

    async def close(self) -> None:
        """See `Spool`."""

    def _check(self) -> None:
        if self.failing is not None:
            raise self.failing


def pack(pieces: Sequence[Piece]) -> bytes:
    """Return pieces as one frame, or as several where one would be too long."""
    try:
        body = _encoder.encode(pieces)
    except UnicodeEncodeError:  # a lone surrogate is no character, and a model may still send one
        body = _encoder.encode([(*piece[:2], piece[2].encode("utf-8", "replace").decode()) for piece in pieces])
    if len(body) <= LONGEST:
        return _HEAD.pack(len(body), zlib.crc32(body)) + body
    return b"".join(map(pack, _halves(pieces)))


def unpack(data: bytes) -> dict[AttemptId, str]:
    """Return the text of every attempt in a spool, as far as it holds; never raises."""
    found: dict[AttemptId, list[str]] = {}
    known: dict[AttemptId, int] = {}
    for attempt, offset, text in pieces_of(data):
        have = known.get(attempt, 0)
        if not 0 <= offset <= have:
            continue  # something before it is missing: what there is must stay a beginning
        parts = found.setdefault(attempt, [])
        if offset < have:
            parts[:] = ["".join(parts)[:offset]]
        parts.append(text)
        known[attempt] = offset + len(text)
    return {attempt: "".join(parts) for attempt, parts in found.items()}


def pieces_of(data: bytes) -> Iterator[Piece]:
    """Yield what a spool holds, up to the first frame that does not hold; never raises."""
    if not data.startswith(MAGIC):
        return
    at = len(MAGIC)
    while at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if not 0 < length <= min(LONGEST, len(data) - at):
            return
        body = data[at : at + length]
        at += length
        if zlib.crc32(body) != checksum:
            return
        try:
            pieces = _decoder.decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return
        yield from pieces


def _halves(pieces: Sequence[Piece]) -> tuple[Sequence[Piece], Sequence[Piece]]:
    if len(pieces) > 1:
        return pieces[: len(pieces) // 2], pieces[len(pieces) // 2 :]
    ((attempt, offset, text),) = pieces
    half = len(text) // 2
    return [(attempt, offset, text[:half])], [(attempt, offset + half, text[half:])]
