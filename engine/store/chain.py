"""The chain of a task's records: each one's hash covers the one before, its own header and its payload's digest.

A payload has two parts, text and raw reply; retention may drop either and leaves its digest, so that the chain still
holds. The first record of a task is chained to the task's id, that of a fork to its parent's record. Pure.
"""

from __future__ import annotations

import hashlib
import struct

import msgspec

FIXED = struct.Struct(">BqIII")
"""Kind, time, and the lengths of header, text digest and raw digest."""


class Digests(msgspec.Struct, frozen=True):
    """SHA-256 of a payload's parts, 32 bytes each; empty for a part that never was."""

    text: bytes = b""
    raw: bytes = b""


def origin(task: str) -> bytes:
    """Return what the first record of a task is chained to: 32 bytes."""
    return hashlib.sha256(b"drover task\0" + task.encode()).digest()


def fork_origin(task: str, parent_head: bytes) -> bytes:
    """Return what the first record of a fork is chained to: its parent's head, and its own id."""
    return hashlib.sha256(b"drover fork\0" + parent_head + task.encode()).digest()


def digests(text: str | None, raw: bytes | None) -> Digests:
    """Return the digests of a payload as stored."""
    return Digests(
        b"" if text is None else hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(),
        b"" if raw is None else hashlib.sha256(raw).digest(),
    )


def link(previous: bytes, kind: int, at_ms: int, header: bytes, payload: Digests) -> bytes:
    """Return the hash of a record: 32 bytes. Lengths keep the parts apart."""
    fixed = FIXED.pack(kind, at_ms, len(header), len(payload.text), len(payload.raw))
    return hashlib.sha256(previous + fixed + header + payload.text + payload.raw).digest()
