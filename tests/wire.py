"""A server that says byte for byte what a test tells it to: what well-behaved servers cannot be made to say."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import msgspec
import pytest

from engine.domain.message import Message
from engine.providers.port import ChatRequest, Garbled, Provider, ProviderError, ProviderEvent, Whole

Answer = Callable[["Exchange"], Awaitable[None]]


@dataclass(slots=True)
class Exchange:
    """One request, and the way to answer it."""

    line: str
    headers: dict[str, str]
    body: bytes
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader

    async def say(self, *pieces: bytes) -> None:
        """Send bytes, each piece on its own."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def stream(self, *events: bytes, done: bool = True) -> None:
        """Send a whole event stream in chunks, and leave the connection open for the next request."""
        await self.say(head(200, "transfer-encoding: chunked"))
        for data in (*events, b"[DONE]") if done else events:
            piece = b"data: " + data + b"\n\n"
            await self.say(b"%x\r\n%s\r\n" % (len(piece), piece))
        await self.say(b"0\r\n\r\n")

    def reset(self) -> None:
        """Cut the connection without a farewell."""
        self.writer.transport.abort()


@dataclass(slots=True)
class Wire:
    """A server and what it saw."""

    base_url: str = ""
    answer: Answer | None = None
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    connections: int = 0
    open: int = 0
    most_open: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client has left in the middle of an answer."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while (exchange := await read_request(reader, writer)) is not None:
                self.exchanges.append(exchange)
                await self._answer(exchange)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, exchange: Exchange) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            assert self.answer is not None
            await self.answer(exchange)
        except ConnectionError:
            self.gone.set()
            raise
        finally:
            self.open -= 1


def head(status: int, *lines: str, kind: str = "text/event-stream") -> bytes:
    """Return a response's head."""
    return "\r\n".join((f"HTTP/1.1 {status} X", f"content-type: {kind}", *lines, "", "")).encode()


def delta(text: str) -> bytes:
    """Return a chunk with some text."""
    return msgspec.json.encode({"choices": [{"index": 0, "delta": {"content": text}}]})


STOP = b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'
USAGE = b'{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}'


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange | None:
    """Read one request; None when the client has left."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    line, *fields = raw.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Exchange(line, headers, body, writer, reader)


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncGenerator[Wire, None]:
    """Run a server on loopback, with TLS where it has a context for it; the test sets its `answer`."""
    wire = Wire()
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0, backlog=1000, ssl=tls)
    wire.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield wire
    finally:
        server.close()


@asynccontextmanager
async def greeting(said: bytes = b"", *, spoken: asyncio.Event | None = None) -> AsyncGenerator[str, None]:
    """Run a server that speaks no TLS: it says this and nothing more. Ends when its client has spoken and left."""
    spoken, left = spoken or asyncio.Event(), asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        with suppress(ConnectionError):
            await reader.read(1)
            spoken.set()
            await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await left.wait()


KEY = "sk-canary-0123456789"
REQUEST = ChatRequest(model="m", messages=(Message(role="user", content="hi"),), temperature=0, max_output=9)


async def ask(provider: Provider, request: ChatRequest = REQUEST) -> list[ProviderEvent]:
    """Send one request and return its events but for `Whole` and `Garbled`, which say nothing of what came."""
    prepared = await provider.prepare(request)
    async with provider.send(prepared, client_request_id="c1") as events:
        return [event async for event in events if not isinstance(event, Garbled | Whole)]


async def refused(provider: Provider) -> ProviderError:
    """Return the error that a request ends in."""
    with pytest.raises(ProviderError) as caught:
        await ask(provider)
    return caught.value


async def good(exchange: Exchange) -> None:
    """Answer well."""
    await exchange.stream(delta("hel"), delta("lo"), STOP, USAGE)
