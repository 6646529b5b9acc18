"""What parent and child say to each other: one line of JSON each way.

The key of the child's server travels here and never as an argument, which every user of the computer can read.
"""

from __future__ import annotations

import msgspec

MAX_LINE = 65_536
"""Bytes of a line."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is to run; its first line of input. The end of its input is the end of its life."""

    model: str
    """Path of a GGUF file."""
    alias: str
    """The model's id."""
    key: str
    """What every request must bring."""
    slots: int
    """Requests at the same time."""
    context: int
    """Tokens of one slot."""
    threads: int
    log: str = ""
    """File for what llama.cpp prints; empty is nowhere."""


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; the child's only line of output."""

    address: str = ""
    """The server's root, "http://127.0.0.1:PORT"."""
    error: str = ""
    """An `ErrorCode` where it does not run."""
    detail: str = ""
