"""A server of our own is started once, when it is needed, and ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from engine.domain.message import Message
from engine.providers.port import ChatRequest, Finished
from engine.providers.simulated import SimulatedConfig, SimulatedProvider
from tests.wire import STOP, Exchange, Wire, delta, serving

REQUEST = ChatRequest(model="m", messages=(Message(role="user", content="hi"),), temperature=0, max_output=9)


async def good(exchange: Exchange) -> None:
    """Answer well."""
    await exchange.stream(delta("hello"), STOP)


async def test_it_is_started_once_and_ended() -> None:
    """Requests that come together share one start."""
    life: list[str] = []

    @asynccontextmanager
    async def start() -> AsyncGenerator[Wire, None]:
        life.append("begin")
        async with serving() as wire:
            wire.answer = good
            yield wire
        life.append("end")

    async def ask() -> bool:
        prepared = await provider.prepare(REQUEST)
        async with provider.send(prepared, client_request_id="c") as events:
            return isinstance([event async for event in events][-1], Finished)

    provider = SimulatedProvider(SimulatedConfig(start=start))
    assert await asyncio.gather(ask(), ask(), ask()) == [True] * 3
    assert life == ["begin"]
    await provider.close()
    assert life == ["begin", "end"]


async def test_what_was_never_needed_is_never_started() -> None:
    """Closing starts nothing."""

    def start() -> AbstractAsyncContextManager[Wire]:
        raise AssertionError

    await SimulatedProvider(SimulatedConfig(start=start)).close()
