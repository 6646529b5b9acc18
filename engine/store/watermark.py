"""A small file beside the database that says how far it had come: what is missing after it was lost, not unwritten.

Written after a commit, within a second and off its path. Never ahead of the database, unless the database's tail was
lost: by damage to the write-ahead log, which SQLite takes for the end of it, or by an older copy put in its place. It
carries a digest of its own, so that its own damage is not taken for that.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from engine.store.atomic import replace_file

NAME = "watermark"
END = b"\n"
"""Between what it says and the digest of that."""


class Watermark(msgspec.Struct, frozen=True, kw_only=True):
    """The last record known durable: how many there were then, its id and its hash."""

    seq: int = 0
    record: int = 0
    hash: bytes = b""
    at_ms: int = 0
    """Wall time at which it was known durable."""


def write(folder: Path, mark: Watermark) -> None:
    """Replace the watermark, atomically and durably."""
    said = msgspec.json.encode(mark)
    replace_file(folder / NAME, said + END + _digest(said))


def read(folder: Path) -> Watermark | None:
    """Return the watermark, or None where there is none that holds."""
    try:
        return _read((folder / NAME).read_bytes())
    except (OSError, ValueError):
        return None


def is_damaged(folder: Path) -> bool:
    """Whether there is one that does not hold: whether anything is missing cannot be told then."""
    try:
        _read((folder / NAME).read_bytes())
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return False


def _read(content: bytes) -> Watermark:
    """Raises ValueError for one that does not hold; those of older versions have no digest."""
    said, end, digest = content.partition(END)
    if end and digest != _digest(said):
        raise ValueError("another digest")
    return msgspec.json.decode(said, type=Watermark)  # msgspec's errors are ValueErrors, too


def _digest(said: bytes) -> bytes:
    return hashlib.sha256(said).hexdigest().encode()
