"""The chain of a task's records: each one's hash covers the one before, its own header and its payload's digest.

A payload that retention drops leaves its digest here, so that the chain still holds. The first record of a task is
chained to the task's id. Pure.
"""

from __future__ import annotations

import hashlib

NO_PAYLOAD = hashlib.sha256(b"").digest()


def origin(task: str) -> bytes:
    """Return what the first record of a task is chained to: 32 bytes."""
    return hashlib.sha256(b"drover task\0" + task.encode()).digest()


def digest(text: str | None, raw: bytes | None) -> bytes:
    """Return the digest of a payload as stored: 32 bytes. Lengths keep text and raw apart."""
    if text is None and raw is None:
        return NO_PAYLOAD
    body = (text or "").encode("utf-8", "surrogatepass")
    return hashlib.sha256(len(body).to_bytes(8, "big") + body + (raw or b"")).digest()


def link(previous: bytes, kind: str, header: bytes, payload: bytes) -> bytes:
    """Return the hash of a record: 32 bytes, from the hash before it and the digest of its payload."""
    name = kind.encode()
    return hashlib.sha256(previous + len(name).to_bytes(2, "big") + name + header + payload).digest()
