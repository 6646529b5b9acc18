"""The transport: a request in, a response whose body is read as it comes or in turns. HTTP/1.1, plain or over TLS.

Redirects, cookies, proxies, encodings and retries are not here, and nothing is taken from the environment. Of httpx's
timeouts the one for connecting is kept; all others are the runner's deadlines.
"""

from __future__ import annotations

import asyncio
import ssl

import httpx

from engine.providers.paced.body import Body
from engine.providers.paced.connection import Connection
from engine.providers.paced.dial import Dialer
from engine.providers.paced.errors import UnsentError
from engine.providers.paced.link import Buffers
from engine.providers.paced.origin import Origin, encode
from engine.providers.paced.pacer import Pacer
from engine.providers.paced.pool import Pool
from engine.providers.paced.tls import TlsPipe
from engine.providers.port import READING

CLOSED = "the transport is closed"


class PacedTransport(httpx.AsyncBaseTransport):
    """An `httpx.AsyncBaseTransport` for many streams at once. Used on one loop."""

    def __init__(self, context: ssl.SSLContext, *, kept_s: float | None, pacer: Pacer | None = None) -> None:
        """Judge servers by `context`; keep idle connections for `kept_s` seconds, None to use each for one request."""
        self._context = context
        self._pool = Pool(kept_s) if kept_s is not None else None
        self._pacer = pacer if pacer is not None else Pacer()
        self._dialer = Dialer()
        self._buffers = Buffers()
        self._open: dict[Connection, None] = {}
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`; raises what `engine.providers.paced.errors` lists."""
        origin = Origin.of(request.url)
        message = encode(request, await request.aread(), last=self._pool is None)
        connection = await self._begun(origin, message, _connect_s(request))
        try:
            parser = await connection.head()
        except BaseException:
            self._drop(connection)
            raise
        body = Body(connection, lambda ended: self._done(origin, ended))
        return httpx.Response(parser.status, headers=parser.headers, stream=body, extensions={READING: body})

    @property
    def connections(self) -> int:
        """How many there are, in use or not."""
        return len(self._open)

    async def aclose(self) -> None:
        """Close every connection, in use or not."""
        self._closed = True
        if self._pool is not None:
            self._pool.close()
        for connection in tuple(self._open):
            self._drop(connection)

    async def _begun(self, origin: Origin, message: bytes, connect_s: float | None) -> Connection:
        """Return a connection to which the request was written; what was never sent on one goes out on the next."""
        while (kept := self._kept(origin)) is not None:
            try:
                kept.begin(message)
            except UnsentError:
                self._drop(kept)
            else:
                return kept
        made = await self._made(origin, connect_s)
        try:
            made.begin(message)
        except BaseException:
            self._drop(made)
            raise
        return made

    def _kept(self, origin: Origin) -> Connection | None:
        if self._closed:
            raise UnsentError(CLOSED)
        return self._pool.take(origin) if self._pool is not None else None

    async def _made(self, origin: Origin, connect_s: float | None) -> Connection:
        async with self._dialer.places:
            try:
                async with asyncio.timeout(connect_s):
                    return await self._connect(origin)
            except TimeoutError as error:
                raise UnsentError("not connected in time") from error

    async def _connect(self, origin: Origin) -> Connection:
        sock = await self._dialer.socket(origin)
        if self._closed:
            sock.close()
            raise UnsentError(CLOSED)
        tls = TlsPipe(self._context, origin.host) if origin.secure else None
        connection = Connection(sock, tls, self._pacer, self._buffers, leaves=self._left)
        self._open[connection] = None
        try:
            await asyncio.get_running_loop().create_connection(lambda: connection, sock=sock)
            await connection.ready()
        except BaseException:
            self._drop(connection)
            sock.close()
            raise
        return connection

    def _done(self, origin: Origin, connection: Connection) -> None:
        if connection.free() and self._pool is not None and not self._closed:
            self._pool.put(origin, connection)
        else:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        connection.abort()
        connection.free()

    def _left(self, connection: Connection) -> None:
        self._open.pop(connection, None)
        if self._pool is not None:
            self._pool.drop(connection)


def _connect_s(request: httpx.Request) -> float | None:
    """Return the seconds that connecting may take."""
    timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
    return timeouts.get("connect")
