"""TLS as bytes in, bytes out: spoken here over `ssl.MemoryBIO`, so that a connection that is paused is paused.

asyncio's own reads on while its user is paused, and holds a quarter of a megabyte for each connection. The plain text
of a whole read is gathered in one buffer that all connections share, and handed on once.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast

RECORD = 16_384
"""Bytes of plain text in one record at most."""


class TlsPipe:
    """The client's side of one encrypted connection."""

    __slots__ = ("_failure", "_incoming", "_object", "_outgoing", "ended", "records")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        """Speak to `host`, which has to show that it is; `handshake` first."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._failure: ssl.SSLError | None = None
        self.ended = False
        """Whether the other side said that nothing follows: without that an end may be somebody else's doing."""
        self.records = 0
        """Read so far."""

    def handshake(self, data: bytes | memoryview = b"") -> bool:
        """Take in what came; whether both sides are agreed. Raises `ssl.SSLError`."""
        self._incoming.write(data)
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def seal(self, data: bytes) -> bytes:
        """Return what to send so that the other side reads `data`."""
        self._object.write(data)
        return self._outgoing.read()

    def to_send(self) -> bytes:
        """Return what TLS itself has to say."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def open(self, data: bytes | memoryview, into: memoryview) -> Iterator[memoryview]:
        """Yield the plain text in what came, each time as much as `into` holds; raises `ssl.SSLError`."""
        self._incoming.write(data)
        while filled := self._fill(into):
            yield into[:filled]

    def _fill(self, into: memoryview) -> int:
        if self._failure is not None:
            raise self._failure
        filled, incoming = 0, self._incoming
        read = cast("Callable[[int, memoryview], int]", self._object.read)
        try:
            while not self.ended and (incoming.pending or self._object.pending()) and len(into) - filled >= RECORD:
                size = read(RECORD, into[filled:])
                self.ended = not size
                self.records += 1
                filled += size
        except ssl.SSLWantReadError:
            pass  # half a record, or one of TLS's own
        except ssl.SSLError as error:
            self._failure = error
            if not filled:
                raise
        return filled

    def farewell(self) -> bytes:
        """Return what says that nothing follows."""
        with suppress(ssl.SSLError):  # it has not said so itself yet
            self._object.unwrap()
        return self._outgoing.read()
