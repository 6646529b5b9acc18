"""Connections that a server closed while they waited for the next request: what was never sent goes out on another.

A server may close an idle connection whenever it likes, and some do so unannounced after every streamed reply
(llama.cpp's). The end can lie in the socket, or be known to the transport, when the next request is about to be
written. Then nothing of it has left, which is certain, and it is sent on another connection. Once a byte was handed to
the socket nothing is certain any more, and nothing is sent twice.
"""

from __future__ import annotations

import asyncio
import select
import ssl

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection
from httpx_aiohttp import AiohttpTransport

MAX_DEAD = 8
"""Dead connections in a row that one request finds; then its runner's own retries go on."""
ENDED = getattr(select, "POLLRDHUP", 0) | getattr(select, "POLLHUP", 0) | getattr(select, "POLLERR", 0)


class UnsentError(aiohttp.ClientOSError):
    """The connection was over before the first byte of the request was written."""


class CheckedRequest(aiohttp.ClientRequest):
    """A request that looks at its connection in the moment in which it is written."""

    async def write_bytes(
        self, writer: AbstractStreamWriter, conn: Connection, content_length: int | None = None
    ) -> None:
        """See `aiohttp.ClientRequest`, which holds the head back until here: nothing has been written yet."""
        protocol = conn.protocol
        if protocol is not None and is_over(protocol.transport):
            protocol.set_exception(UnsentError(None, "closed before the request was written"))
            return
        await super().write_bytes(writer, conn, content_length)


class ResendingTransport(AiohttpTransport):
    """An `httpx.AsyncBaseTransport` that takes another connection for what was never sent."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`."""
        for _ in range(MAX_DEAD):
            try:
                return await super().handle_async_request(request)
            except httpx.TransportError as error:
                if not isinstance(error.__cause__, UnsentError):
                    raise
        return await super().handle_async_request(request)


def open_aiohttp(context: ssl.SSLContext, *, kept_s: float | None) -> httpx.AsyncBaseTransport:
    """Return a transport that opens as many connections as there are requests; `kept_s` as in `PacedTransport`."""

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, ssl=context, keepalive_timeout=kept_s, force_close=kept_s is None)
        return aiohttp.ClientSession(
            connector=connector,
            request_class=CheckedRequest,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
        )

    return ResendingTransport(verify=context, trust_env=False, client=session)


def is_over(transport: asyncio.BaseTransport | None) -> bool:
    """Whether a connection's other side has ended it, as far as this computer knows in this moment."""
    if transport is None or transport.is_closing():
        return True
    descriptor = transport.get_extra_info("socket")
    if descriptor is None or not ENDED:
        return False
    poll = select.poll()
    poll.register(descriptor, ENDED)
    return bool(poll.poll(0))
