"""A socket as plain bytes: an asyncio protocol that speaks TLS where it has to, and is read at once or in turns.

While it is held, asyncio does not watch the socket: the `Pacer` reads it directly, with no word to the system's
selector for each turn. What the bytes mean belongs in `engine.providers.paced.connection`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from abc import abstractmethod
from contextlib import suppress
from typing import cast

from engine.providers.paced.errors import GarbledError
from engine.providers.paced.pacer import Pacer
from engine.providers.paced.tls import TlsPipe

READ = 262_144
"""Bytes that one read takes at most, and that may wait for whoever reads the body before no more is read."""
DIRECT = os.name == "posix"
"""Whether a socket can be read beside asyncio. Where not, every stream is read at once."""


class Buffers:
    """Room that all links of a loop read into, one after the other, so that none has its own."""

    __slots__ = ("plain", "raw")

    def __init__(self) -> None:
        """Make the room."""
        self.raw = memoryview(bytearray(READ))
        self.plain = memoryview(bytearray(READ))


class Link(asyncio.Protocol):
    """Bytes to and from one server."""

    __slots__ = ("_buffers", "_held", "_lazy", "_pacer", "_socket", "_tls", "_transport", "ended", "secured", "unread")

    def __init__(self, sock: socket.socket, tls: TlsPipe | None, pacer: Pacer, buffers: Buffers) -> None:
        """Be of this socket, which asyncio is about to take over."""
        self._socket = sock
        self._tls = tls
        self._pacer = pacer
        self._buffers = buffers
        self._transport: asyncio.Transport | None = None
        self._held = self._lazy = False
        self.secured = tls is None
        self.ended = False
        self.unread = 0
        """Bytes that were read and wait for their reader."""

    @abstractmethod
    def received(self, plain: bytes | memoryview) -> int:
        """Take plain bytes, which are overwritten next; return how many pieces they were. Raises `GarbledError`."""

    @abstractmethod
    def agreed(self) -> None:
        """Learn that the other side has shown who it is."""

    @abstractmethod
    def over(self, error: Exception | None, *, clean: bool) -> None:
        """Learn, once, that nothing follows: cleanly, or because of an error."""

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        if self._tls is not None:
            self._take(b"")

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`: a read at once."""
        self._pacer.arrived(self._take(data))
        self.regulate()

    def eof_received(self) -> None:
        """See `asyncio.Protocol`; it closes the transport then."""
        self.end(None, clean=self._tls is None or self._tls.ended)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.end(exc)
        self._transport = None

    # --- reading

    def turn(self) -> int:
        """See `engine.providers.paced.pacer.Stream`."""
        self.regulate()
        if self.ended or not DIRECT or self.unread > READ:
            return 0
        try:
            size = self._socket.recv_into(self._buffers.raw)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self.abort(error)
            return 0
        if not size:
            self.eof_received()
            self.close()
        return self._take(self._buffers.raw[:size]) if size else 0

    def release(self) -> None:
        """See `engine.providers.paced.pacer.Stream`."""
        self.regulate()

    def lazy(self, *, lazy: bool) -> None:
        """Say whether it may be read in turns."""
        if lazy != self._lazy and DIRECT:
            self._lazy = lazy
            (self._pacer.enter if lazy else self._pacer.leave)(self)
            self.regulate()

    def regulate(self) -> None:
        """Hold the socket back from asyncio, or give it back, as things are now."""
        held = self.unread > READ or (self._lazy and self._pacer.period_s > 0)
        if held != self._held and self._transport is not None:
            self._held = held
            (self._transport.pause_reading if held else self._transport.resume_reading)()

    def _take(self, data: bytes | memoryview) -> int:
        self.unread += len(data)
        try:
            return self.received(data) if self._tls is None else self._unseal(self._tls, data)
        except (ssl.SSLError, GarbledError) as error:
            self.abort(error)
            return 0

    def _unseal(self, tls: TlsPipe, data: bytes | memoryview) -> int:
        before, pieces = tls.records, 0
        try:
            if not self.secured:
                self.secured, data = tls.handshake(data), b""
                if self.secured:
                    self.agreed()
            if self.secured:
                for plain in tls.open(data, self._buffers.plain):
                    pieces += self.received(plain)
        finally:
            self._say(tls.to_send())
        if tls.ended:
            self.end(None, clean=True)
            self.close()  # the other side may leave its socket open
        return max(pieces, tls.records - before)

    # --- writing, and ending

    def say(self, data: bytes) -> None:
        """Send bytes; raises `ssl.SSLError` where none of them can be."""
        self._say(data if self._tls is None else self._tls.seal(data))

    def _say(self, data: bytes) -> None:
        if data and self._transport is not None:
            self._transport.write(data)

    def end(self, error: Exception | None, *, clean: bool = False) -> None:
        """Let nothing follow; only the first end counts."""
        if not self.ended:
            self.ended = True
            self.lazy(lazy=False)
            self.over(error, clean=clean)

    def abort(self, error: Exception | None = None) -> None:
        """End here and now, with no farewell: the other side sees its client go."""
        self.end(error)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """End politely."""
        if self._tls is not None and self.secured and not self.ended:
            with suppress(ssl.SSLError):
                self._say(self._tls.farewell())
        self.end(None)
        if self._transport is not None:
            self._transport.close()
