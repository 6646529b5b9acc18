"""A small file beside the database that says how far it had come: what is missing after it was lost, not unwritten.

Written after a commit, within a second and off its path. Never ahead of the database, unless the database's tail was
lost: by damage to the write-ahead log, which SQLite takes for the end of it, or by an older copy put in its place.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.store.atomic import replace_file

NAME = "watermark"


class Watermark(msgspec.Struct, frozen=True, kw_only=True):
    """The last record known durable: how many there were then, its id and its hash."""

    seq: int = 0
    record: int = 0
    hash: bytes = b""
    at_ms: int = 0
    """Wall time at which it was known durable."""


def write(folder: Path, mark: Watermark) -> None:
    """Replace the watermark, atomically and durably."""
    replace_file(folder / NAME, msgspec.json.encode(mark))


def read(folder: Path) -> Watermark | None:
    """Return the watermark, or None where there is none that can be read: it only ever adds a warning."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Watermark)
    except (OSError, msgspec.DecodeError):
        return None
