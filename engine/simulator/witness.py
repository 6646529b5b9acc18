"""What the simulator saw and billed: the truth that a client's ledger can be held against."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import msgspec


class Seen(msgspec.Struct, kw_only=True):
    """One request. `billed` is in pico and grows with what was written."""

    number: int
    arrived_ns: int
    monotonic_ns: int = 0
    """When it arrived, by the clock that processes of one computer share."""
    client_request_id: str
    model: str
    prompt: str
    """The first user message: tells tasks apart."""
    messages: int
    prompt_tokens: int = 0
    output_tokens: int = 0
    billed: int = 0
    whole: bool = False
    request_id: str = ""
    """The simulator's own name for it; empty for one that was refused."""
    refused: str = ""
    """The fault or error it was refused with; such a request is not billed."""


class Witness:
    """All requests, in the order they arrived. Safe to read from another thread."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: list[Seen] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many requests came."""
        return len(self._seen)

    def __iter__(self) -> Iterator[Seen]:
        """Go over the requests so far."""
        with self._lock:
            return iter(tuple(self._seen))

    def add(self, seen: Seen) -> Seen:
        """Take in a request."""
        with self._lock:
            self._seen.append(seen)
        return seen

    def find(self, request_id: str) -> Seen | None:
        """Return the last request of this id, the simulator's or the client's own."""
        if not request_id:
            return None
        named = (seen for seen in self if request_id in (seen.request_id, seen.client_request_id))
        return max(named, key=lambda seen: seen.number, default=None)

    @property
    def billed(self) -> int:
        """Pico billed in all."""
        return sum(seen.billed for seen in self)
