"""Our transport over real sockets: however a request ends, no connection, no place and no circle is left behind."""

from __future__ import annotations

import asyncio
import gc

import httpx
import pytest

from engine.providers.paced.errors import GarbledError, UnsentError
from engine.providers.paced.parser import ResponseParser
from engine.providers.paced.transport import PacedTransport
from engine.providers.transport import pieces, tls_context
from tests.wire import Exchange, greeting, head, serving


async def test_nothing_is_left_behind() -> None:
    """Neither a connection nor a place, after ends of every kind; and after closing nothing is sent."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "content-length: 2"), b"ok")

    async with serving() as wire:
        wire.answer = answer
        transport = PacedTransport(tls_context(verify=False), kept_s=4.0)
        for _ in range(3):
            await (await transport.handle_async_request(httpx.Request("GET", wire.base_url))).aclose()
            response = await transport.handle_async_request(httpx.Request("GET", wire.base_url))
            assert await response.aread() == b"ok"
        assert transport.connections == 1
        await transport.aclose()
        assert not transport.connections
        with pytest.raises(UnsentError):
            await transport.handle_async_request(httpx.Request("GET", wire.base_url))
        assert len(wire.exchanges) == 6


async def test_a_server_that_never_answers_is_not_connected_in_time() -> None:
    """The deadline for connecting holds for TLS too, and nothing has left."""
    async with greeting() as url:
        transport = PacedTransport(tls_context(), kept_s=None)
        request = httpx.Request("GET", url, extensions={"timeout": {"connect": 0.05}})
        with pytest.raises(UnsentError, match="in time"):
            await transport.handle_async_request(request)
        assert not transport.connections
        await transport.aclose()


async def test_what_is_garbled_is_told_once() -> None:
    """The error is no cause of itself."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(b"SSH-2.0-x\r\n\r\n")

    async with serving() as wire:
        wire.answer = answer
        transport = PacedTransport(tls_context(verify=False), kept_s=None)
        with pytest.raises(GarbledError) as caught:
            await transport.handle_async_request(httpx.Request("GET", wire.base_url))
        assert caught.value.__cause__ is not caught.value
        await transport.aclose()


@pytest.mark.parametrize("end", ["cancelled", "closed"])
async def test_who_leaves_while_both_sides_agree_leaves_nothing_behind(end: str) -> None:
    """Neither a socket nor a place; and nothing has left."""
    spoken = asyncio.Event()
    async with greeting(spoken=spoken) as url:
        transport = PacedTransport(tls_context(), kept_s=4.0)
        asking = asyncio.ensure_future(transport.handle_async_request(httpx.Request("GET", url)))
        await spoken.wait()
        assert transport.connections == 1
        if end == "closed":
            await transport.aclose()
        else:
            asking.cancel()
        with pytest.raises(UnsentError if end == "closed" else asyncio.CancelledError):
            await asking
        assert not transport.connections
        await transport.aclose()


async def ended(transport: PacedTransport, url: str) -> None:
    """Read a body to its end."""
    response = await transport.handle_async_request(httpx.Request("GET", url))
    assert b"".join([piece async for piece in pieces(response)]) == b"ok"
    await response.aclose()


def parsers() -> int:
    """Count those that live."""
    return sum(isinstance(each, ResponseParser) for each in gc.get_objects())


async def test_a_connection_that_its_server_ended_leaves_no_circle() -> None:
    """What is done with is freed at once: the program collects seldom."""
    gc.collect()
    before = parsers()

    async def answer(exchange: Exchange) -> None:
        await exchange.say(b"HTTP/1.1 200 OK\r\n\r\nok")
        exchange.writer.close()

    async with serving() as wire:
        wire.answer = answer
        transport = PacedTransport(tls_context(verify=False), kept_s=4.0)
        gc.disable()
        try:
            for _ in range(5):
                await ended(transport, wire.base_url)
            assert parsers() <= before
        finally:
            gc.enable()
        await transport.aclose()
