"""Clients that read a crowd's streams: Drover's whole way from socket to text, and what there is besides.

All but Drover's take as little trouble as can be: lines that begin with "data:" are decoded and counted.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TYPE_CHECKING

import aiohttp
import httpx
import msgspec
from httpx_aiohttp import AiohttpTransport

from engine.domain.message import Message
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.paced.transport import PacedTransport
from engine.providers.port import READING, ChatRequest, Delta, Opened, Reading

if TYPE_CHECKING:
    from tests.benchmarks.streams.clients import Crowd

BODY = b'{"model":"model","messages":[{"role":"user","content":"hello"}],"stream":true}'
REQUEST = ChatRequest(
    model="model", messages=(Message(role="user", content="hello"),), temperature=0, max_output=9, connect_s=600.0
)
HEADERS = {"content-type": "application/json", "accept": "text/event-stream"}


class _Said(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Said


class _Chunk(msgspec.Struct):
    choices: list[_Choice]


_CHUNK = msgspec.json.Decoder(_Chunk)


class Counter:
    """Counts the tokens in one stream's bytes."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        """Begin."""
        self._rest = b""

    def count(self, data: bytes) -> int:
        """Return how many tokens these bytes complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        tokens = 0
        for line in lines:
            if line[:6] == b"data: " and line != b"data: [DONE]":
                choices = _CHUNK.decode(line[6:]).choices
                tokens += bool(choices and choices[0].delta.content)
        return tokens


async def all_of(crowd: Crowd, one: Callable[[], Coroutine[object, object, None]]) -> None:
    """Read all streams at once."""
    async with asyncio.TaskGroup() as group:
        for _ in range(crowd.streams):
            group.create_task(one())


async def ours(crowd: Crowd, url: str, context: ssl.SSLContext) -> None:
    """Read by Drover's provider: the paced transport, events, chunks, text."""
    transport = PacedTransport(context, kept_s=4.0)
    provider = OpenAIProvider(OpenAIConfig(name="bench", base_url=f"{url}/v1"), transport=transport)
    prepared = await provider.prepare(REQUEST)

    async def one() -> None:
        async with provider.send(prepared, client_request_id="c") as events:
            async for event in events:
                match event:
                    case Opened():
                        crowd.open()
                    case Delta(tokens=tokens):
                        crowd.took(tokens)
                    case _:
                        pass

    await all_of(crowd, one)
    await provider.close()


async def transport(crowd: Crowd, url: str, context: ssl.SSLContext) -> None:
    """Read by the paced transport alone."""
    made = PacedTransport(context, kept_s=4.0)

    async def one() -> None:
        request = httpx.Request("POST", url, content=BODY, headers=HEADERS)
        response = await made.handle_async_request(request)
        crowd.open()
        reading: Reading = response.extensions[READING]
        reading.relax()
        await _read(crowd, response.stream)
        await response.aclose()

    await all_of(crowd, one)
    await made.aclose()


async def _read(crowd: Crowd, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
    if not isinstance(stream, httpx.AsyncByteStream):
        raise TypeError
    await _counted(crowd, aiter(stream))


async def _counted(crowd: Crowd, pieces: AsyncIterator[bytes]) -> None:
    counter = Counter()
    async for piece in pieces:
        crowd.took(counter.count(piece))


async def _by_httpx(crowd: Crowd, url: str, client: httpx.AsyncClient) -> None:
    async def one() -> None:
        async with client.stream("POST", url, content=BODY, headers=HEADERS) as response:
            crowd.open()
            await _counted(crowd, response.aiter_raw())

    async with client:
        await all_of(crowd, one)


async def stock_httpx(crowd: Crowd, url: str, context: ssl.SSLContext) -> None:
    """Read by httpx as it comes, without its limits."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    await _by_httpx(crowd, url, httpx.AsyncClient(verify=context, limits=limits, timeout=None, trust_env=False))


def _session(context: ssl.SSLContext) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=0, ssl=context)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))


async def httpx_aiohttp(crowd: Crowd, url: str, context: ssl.SSLContext) -> None:
    """Read by httpx over aiohttp."""
    way = AiohttpTransport(verify=context, trust_env=False, client=lambda: _session(context))
    await _by_httpx(crowd, url, httpx.AsyncClient(transport=way, timeout=None, trust_env=False))


async def plain_aiohttp(crowd: Crowd, url: str, context: ssl.SSLContext) -> None:
    """Read by aiohttp."""
    async with _session(context) as session:

        async def one() -> None:
            async with session.post(url, data=BODY, headers=HEADERS) as response:
                crowd.open()
                await _counted(crowd, aiter(response.content.iter_any()))

        await all_of(crowd, one)
