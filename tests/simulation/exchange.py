"""One request on its way: its answer arrives at its own times, and waits in the socket until it is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import aiohttp
import httpx

from tests.simulation.loop import WorldLoop
from tests.simulation.scripts import Plan
from tests.workbench import PRICE

CLOSE_S = 0.005
"""Seconds from a server's last byte to its closing."""


class Exchange(httpx.AsyncByteStream):
    """The body of a response, and what the network knows of it."""

    def __init__(self, plan: Plan, loop: WorldLoop, input_tokens: int, offset_ms: int) -> None:
        """Send the request now, with the wall clock set off by so much; the answer comes by `plan`."""
        self.plan = plan
        self.offset_ms = offset_ms
        self._loop = loop
        self.sent_at = loop.now
        self.still_at_sending = loop.still_s
        self.hung_up_at: float | None = None
        self.still_at_hanging_up = 0.0
        self.progress_at: float | None = None
        """When text was read last."""
        self.still_at_progress = 0.0
        self.finish_at: float | None = None
        """When a reply that counts had come whole."""
        self._input = input_tokens if plan.billed else 0
        self.said = 0
        """Tokens that the server gave out."""
        self._text_waits = False
        self._buffer: list[bytes] = []
        self._head = self._ended = self._lost = False
        self._waiter: asyncio.Future[None] | None = None
        if plan.head_s is not None:
            loop.arrive(loop.now + plan.head_s, self._open)

    @property
    def billed(self) -> int:
        """Pico that the server takes by what it has done so far."""
        said = self.said if self.plan.billed else 0
        return self._input * PRICE.input + said * PRICE.output

    @property
    def answered(self) -> bool:
        """Whether all of a short answer has come."""
        return self._ended and not self._lost

    async def response(self) -> httpx.Response:
        """Wait for the head."""
        while not self._head and not self._lost:
            await self._more()
        if self.plan.cut_before_head or self._lost:
            raise httpx.ConnectTimeout("") from aiohttp.ServerDisconnectedError()
        headers = {"content-type": "text/event-stream", **self.plan.headers}
        return httpx.Response(self.plan.status, headers=headers, stream=self)

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        while self._buffer or not self._ended:
            if not self._buffer:
                await self._more()
                continue
            chunk = b"".join(self._buffer)
            self._buffer.clear()
            if self._text_waits:
                self._text_waits = False
                self.progress_at, self.still_at_progress = self._loop.now, self._loop.still_s
            yield chunk
        if self.plan.end == "cut" or self._lost:
            raise httpx.ReadError("") from aiohttp.ClientPayloadError()

    async def aclose(self) -> None:
        """See `httpx.AsyncByteStream`."""
        self.hang_up()

    def hang_up(self) -> None:
        """Take nothing more."""
        if self.hung_up_at is None:
            self.hung_up_at, self.still_at_hanging_up = self._loop.now, self._loop.still_s

    @property
    def _over(self) -> bool:
        return self._lost or self.hung_up_at is not None

    async def _more(self) -> None:
        self._waiter = self._loop.create_future()
        await self._waiter

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _open(self) -> None:
        if self._over:
            return
        self._head = True
        self._wake()
        self._next()

    def _next(self) -> None:
        """Let the next piece set out, or the end."""
        if self._over:
            return
        piece = next(self.plan.pieces, None)
        if piece is None:
            if self.plan.end != "silence":
                self._loop.arrive(self._loop.now + CLOSE_S, self._end)
            return

        def arrive() -> None:
            if self._over:
                return
            self._buffer.append(piece.data)
            self.said += piece.tokens
            self._text_waits = self._text_waits or piece.tokens > 0
            if piece.finish and self.plan.good:
                self.finish_at = self._loop.now
            self._wake()
            self._next()

        self._loop.arrive(self._loop.now + piece.after_s, arrive)

    def lose(self) -> None:
        """Lose the connection: what has come can still be read, nothing more comes."""
        self._lost = True
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._wake()
