"""One connection: carries one exchange after the other, and says exactly whether a request can have left.

Before the bytes of a request are handed to the socket what waits there is read: an end, or a reply that nobody asked
for, is found, and nothing of the request has left. After that nothing is certain, and nothing is sent twice.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from engine.providers.paced.errors import BrokenError, GarbledError, UnsentError, UntrustedError
from engine.providers.paced.link import READ, Buffers, Link
from engine.providers.paced.pacer import Pacer
from engine.providers.paced.parser import ResponseParser
from engine.providers.paced.tls import TlsPipe

USUAL = 256
"""Bytes of a token as servers wrap it: where pieces cannot be told apart they are counted by this."""


class Connection(Link):
    """Wait until `ready`; then for each request `begin`, `head`, `read` until there is no more, `free`."""

    __slots__ = ("_failure", "_leaves", "_parser", "_waiter")

    def __init__(
        self,
        sock: socket.socket,
        tls: TlsPipe | None,
        pacer: Pacer,
        buffers: Buffers,
        *,
        leaves: Callable[[Connection], None],
    ) -> None:
        """See `Link`; `leaves` is told when it has ended."""
        super().__init__(sock, tls, pacer, buffers)
        self._leaves = leaves
        self._waiter: asyncio.Future[None] | None = None
        self._parser: ResponseParser | None = None
        self._failure: Exception | None = None

    def received(self, plain: bytes | memoryview) -> int:
        """See `Link`."""
        parser = self._parser
        if parser is None:
            raise GarbledError("a reply that nobody asked for")
        before = len(parser.pieces)
        parser.feed(plain)
        self._wake()
        return max(len(parser.pieces) - before, len(plain) // USUAL)

    def agreed(self) -> None:
        """See `Link`."""
        self._wake()

    def over(self, error: Exception | None, *, clean: bool) -> None:
        """See `Link`."""
        if self._parser is None:
            untrusted = isinstance(error, ssl.SSLError) and not self.secured
            self._failure = (UntrustedError if untrusted else UnsentError)(_told(error))
        elif not self._parser.end(clean=clean):
            self._failure = error if isinstance(error, GarbledError) else BrokenError(_told(error))
        if self._failure is not error and self._failure is not None:
            self._failure.__cause__ = error
        self._leaves(self)
        self._wake()

    async def ready(self) -> None:
        """Wait until both sides are agreed; raises `UntrustedError`, `UnsentError`."""
        while not self.secured or self._transport is None:
            await self._more()

    def begin(self, message: bytes) -> None:
        """Send a request; raises `UnsentError` where the connection was over before its first byte."""
        self.turn()
        if self.ended:
            raise UnsentError("closed before the request was written")
        self._parser, self.unread = ResponseParser(), 0
        try:
            self.say(message)
        except ssl.SSLError as error:
            self._parser = None
            self.abort(error)
            raise UnsentError(_told(error)) from error

    async def head(self) -> ResponseParser:
        """Wait for status and headers; raises `BrokenError`, `GarbledError`."""
        parser = self._parser
        assert parser is not None  # noqa: S101 - it has begun
        while not parser.begun:
            await self._more()
        return parser

    async def read(self) -> bytes:
        """Wait for some of the body; none at its end. Raises `BrokenError`, `GarbledError`."""
        parser = self._parser
        while parser is not None and not parser.pieces and not parser.whole:
            await self._more()
        if parser is None or not parser.pieces:
            return b""
        full, self.unread = self.unread > READ, 0
        if full:
            self.regulate()
        return parser.take()

    def free(self) -> bool:
        """End the exchange; whether the connection can carry another one."""
        parser, self._parser = self._parser, None
        self.lazy(lazy=False)
        self.unread = 0
        self.regulate()
        if parser is None:
            return False
        parser.close()
        if self.ended or self._transport is None or self._transport.get_write_buffer_size():
            return False
        return parser.reusable and parser.whole

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _more(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None


def _told(error: Exception | None) -> str:
    return f"{type(error).__name__}: {error}" if error is not None else "the connection ended"
