"""The network under the real HTTP client: a transport that carries requests to servers made of chance and weather.

It is the witness, too: what arrived, what was said, what was billed, and who hung up when, it knows from nobody else.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import aiohttp
import httpx
import msgspec

from engine.domain.ids import AttemptId
from engine.domain.step import Intent
from tests.simulation.clock import WorldClock
from tests.simulation.exchange import Exchange
from tests.simulation.loop import WorldLoop
from tests.simulation.menu import choose
from tests.simulation.scripts import WORDS, Call, Plan
from tests.simulation.weather import SLOW, Weather


class Asked(msgspec.Struct, frozen=True):
    """A message of a request."""

    role: str
    content: str


class Body(msgspec.Struct, frozen=True):
    """A request as far as it matters here."""

    messages: list[Asked]


_BODY = msgspec.json.Decoder(Body)

Arrived = Callable[[AttemptId, list[str]], Intent | None]
"""Called with a request that reaches a server, and the replies it quotes; returns its durable intent."""


class Network(httpx.AsyncBaseTransport):
    """See `httpx.AsyncBaseTransport`; it outlives the engines that use it."""

    def __init__(self, seed: str, clock: WorldClock, arrived: Arrived) -> None:
        """Draw answers by `seed`."""
        self._chance = random.Random(f"{seed} network")
        self._clock = clock
        self._arrived = arrived
        self.weather = Weather(seed)
        self.exchanges: dict[AttemptId, Exchange] = {}
        """Requests whose outcome is not durable yet."""
        self.loop: WorldLoop | None = None
        """Of the life that uses it; without one nothing leaves."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.AsyncBaseTransport`."""
        if self.loop is None:
            raise httpx.ConnectError("")
        exchange = await self._send(request, self.loop)
        try:
            return await exchange.response()
        except BaseException:
            await exchange.aclose()
            raise

    async def _send(self, request: httpx.Request, loop: WorldLoop) -> Exchange:
        attempt = AttemptId(request.headers["x-client-request-id"])
        messages = _BODY.decode(request.content).messages
        weather = self.weather.at(loop.now)
        script = choose(self._chance, weather)
        words = " ".join(self._chance.sample(WORDS, 4))
        call = Call(
            chance=self._chance,
            text=f"{attempt[-8:]}: {words}",
            input=len(request.content) // 6,
            now_ms=self._clock.wall_ms(),
            slow=SLOW if weather == "slow" else 1.0,
        )
        plan = script(call)
        if plan.unsent:
            await self._fail_to_connect(plan, request)
        self._arrived(attempt, [message.content for message in messages if message.role == "assistant"])
        exchange = self.exchanges[attempt] = Exchange(plan, loop, call.input, self._clock.offset_ms)
        return exchange

    async def _fail_to_connect(self, plan: Plan, request: httpx.Request) -> None:
        if plan.head_s is not None:
            await asyncio.sleep(plan.head_s)
            raise httpx.ConnectError("")
        await asyncio.sleep(request.extensions["timeout"]["connect"])
        raise httpx.ConnectTimeout("") from aiohttp.ConnectionTimeoutError()

    def crash(self) -> None:
        """Let every connection end with the process that held it."""
        for exchange in self.exchanges.values():
            exchange.hang_up()
        self.loop = None
