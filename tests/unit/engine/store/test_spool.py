"""Frames of the spool: what is written comes back, what is torn or changed never comes back as something else."""

from __future__ import annotations

import random
import struct
import zlib

import msgspec
import pytest

from engine.domain.ids import AttemptId
from engine.store import spool
from engine.store.spool import MAGIC, MemorySpool, pack, unpack

A, B = AttemptId("a" * 26), AttemptId("b" * 26)


def frame(body: bytes) -> bytes:
    """Return a frame whose checksum holds, whatever its body is."""
    return struct.pack("<II", len(body), zlib.crc32(body)) + body


def three() -> bytes:
    """Return two streams, one in two pieces."""
    first = pack([(A, 0, "Hedges "), (B, 0, "Mauern ")])
    return MAGIC + first + pack([(B, 7, "\U0001f411")]) + pack([(A, 7, "grow.")])


def test_streams_come_back_piece_by_piece() -> None:
    """Each attempt's text by itself, in characters, whatever came between."""
    assert unpack(three()) == {A: "Hedges grow.", B: "Mauern \U0001f411"}


def test_a_tail_torn_at_every_byte_is_a_beginning() -> None:
    """What was whole before the tear is there; no text is anything but a beginning of what was written."""
    whole, seen = unpack(three()), set[int]()
    for end in range(len(three())):
        found = unpack(three()[:end])
        assert all(whole[attempt].startswith(text) for attempt, text in found.items())
        seen.add(sum(map(len, found.values())))
    assert seen == {0, 14, 15}


def test_no_flipped_bit_changes_a_text() -> None:
    """Every single bit: a beginning of the truth, or nothing."""
    data, whole = three(), unpack(three())
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        found = unpack(bytes(flipped))
        assert all(whole[attempt].startswith(text) for attempt, text in found.items())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 4096,
        MAGIC,
        MAGIC + b"\0" * 4096,
        MAGIC + b"\xff" * 4096,
        b"drover spool 2\n" + pack([(A, 0, "later")]),
        MAGIC + frame(b"\xc1"),
        MAGIC + frame(msgspec.msgpack.encode([[A, "0", "text"]])),
        MAGIC + frame(msgspec.msgpack.encode([[A, 0]])),
        MAGIC + frame(b"\x91\x93\xa1a\x00\xa2\xff\xfe"),
        MAGIC + frame(b"\x91" * 100_000),
        MAGIC + frame(msgspec.msgpack.encode([[A, -1, "text"]])),
        MAGIC + frame(msgspec.msgpack.encode([[A, 1 << 63, "text"]])),
    ],
)
def test_garbage_is_nothing(data: bytes) -> None:
    """Zeros, another version, wrong types, no UTF-8, depth without end: never an error, never a text."""
    assert unpack(data) == {}


def test_noise_never_raises() -> None:
    """Behind the magic, a thousand times."""
    rng = random.Random(3)
    for _ in range(1_000):
        assert unpack(MAGIC + rng.randbytes(rng.randrange(200))) == {}


def test_a_piece_that_is_missing_ends_its_stream_alone() -> None:
    """Text behind a gap is left out; other streams go on."""
    data = MAGIC + pack([(A, 0, "one "), (A, 8, "three "), (B, 0, "x")])
    assert unpack(data) == {A: "one ", B: "x"}


def test_a_piece_that_overlaps_replaces_what_follows() -> None:
    """Written anew from an earlier place, or from the beginning."""
    data = MAGIC + pack([(A, 0, "one two three"), (A, 4, "2 "), (A, 6, "3")])
    assert unpack(data) == {A: "one 2 3"}
    assert unpack(data + pack([(A, 0, "anew")])) == {A: "anew"}


def test_what_is_long_goes_into_several_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pieces, and one by itself: a torn frame loses its own part only."""
    monkeypatch.setattr(spool, "LONGEST", 64)
    text = "abcdefghij" * 100
    data = MAGIC + pack([(A, 0, text), (B, 0, "x"), (B, 1, "y")])
    assert unpack(data) == {A: text, B: "xy"}
    assert text.startswith(unpack(data[:-90])[A])
    assert len(unpack(data[:-90])[A]) > 900


def test_a_lone_surrogate_costs_one_character() -> None:
    """A model may send one; it is no character."""
    assert unpack(MAGIC + pack([(A, 0, "x\ud800"), (B, 0, "z")]) + pack([(A, 2, "y")])) == {A: "x?y", B: "z"}


async def test_the_fake_tears_what_it_fails_to_append() -> None:
    """As a full disk does."""
    memory = MemorySpool()
    await memory.append(pack([(A, 0, "one")]))
    memory.failing = OSError(28, "full")
    with pytest.raises(OSError, match="full"):
        await memory.append(pack([(B, 0, "two")]))
    assert len(memory.data) > len(MAGIC + pack([(A, 0, "one")]))
    assert await memory.read() == {A: "one"}
