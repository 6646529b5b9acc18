"""The least that reading in turns can cost: an asyncio protocol, httptools, msgspec, and nothing else.

After each read a stream is paused, and a wheel resumes it a second later; no pool, no errors, no caps, no TLS.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import TYPE_CHECKING, cast

import httptools
import httpx

if TYPE_CHECKING:
    from tests.benchmarks.streams.clients import Crowd

PERIOD_S = 1.0
SLOTS = 50


class Wheel:
    """Resumes each stream a period after it was read."""

    def __init__(self) -> None:
        """Have nobody."""
        self._slots: deque[list[asyncio.Transport]] = deque([] for _ in range(SLOTS))
        self.turning = asyncio.get_running_loop().create_task(self._turn())

    def pause(self, transport: asyncio.Transport) -> None:
        """Read a stream no more for a period."""
        transport.pause_reading()
        self._slots[-1].append(transport)

    async def _turn(self) -> None:
        while True:
            await asyncio.sleep(PERIOD_S / SLOTS)
            due = self._slots.popleft()
            self._slots.append([])
            for transport in due:
                transport.resume_reading()


class Bare(asyncio.Protocol):
    """One stream."""

    def __init__(self, crowd: Crowd, wheel: Wheel, message: bytes) -> None:
        """Send `message` and count what comes."""
        from tests.benchmarks.streams.readers import Counter  # noqa: PLC0415 - it counts for all

        self._crowd, self._wheel, self._message = crowd, wheel, message
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append
        self._parser = httptools.HttpResponseParser(self)
        self._counter = Counter()
        self._transport: asyncio.Transport | None = None
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._message)

    def on_headers_complete(self) -> None:
        """See `httptools`."""
        self._crowd.open()

    def on_message_complete(self) -> None:
        """See `httptools`."""
        self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._parser.feed_data(data)
        if self._pieces:
            self._crowd.took(self._counter.count(b"".join(self._pieces)))
            self._pieces.clear()
        if self._transport is not None:
            self._wheel.pause(self._transport)


async def bare(crowd: Crowd, url: str, context: ssl.SSLContext) -> None:
    """Read by it."""
    del context
    from tests.benchmarks.streams.readers import BODY  # noqa: PLC0415 - as above

    where, loop, wheel = httpx.URL(url), asyncio.get_running_loop(), Wheel()
    head = f"POST / HTTP/1.1\r\nhost: {where.host}\r\ncontent-length: {len(BODY)}\r\n\r\n"
    message = head.encode() + BODY
    made = [
        await loop.create_connection(lambda: Bare(crowd, wheel, message), where.host, where.port or 80)
        for _ in range(crowd.streams)
    ]
    for _, protocol in made:
        await protocol.done
    for connection, _ in made:
        connection.close()
    wheel.turning.cancel()
