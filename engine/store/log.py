"""The write-ahead log that an earlier run left: what can be read of it may be on no disk."""

from __future__ import annotations

import os
from pathlib import Path


def renew_log(log: Path) -> None:
    """Write a log once more, as it is, and sync it, before SQLite opens it.

    What a failed sync was for can be read and is on no disk, and a later sync would say that it is.
    """
    try:
        content = log.read_bytes()
    except FileNotFoundError:
        return
    with log.open("r+b") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
