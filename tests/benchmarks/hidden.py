"""A server with a hidden limit, on virtual time: as a provider for the engine, and for a plain client beside it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from engine.domain.errors import ErrorCode
from engine.domain.usage import FinishReason, Usage
from engine.providers.port import Delta, Finished, Opened, PreparedRequest, ProviderError, ProviderEvent
from engine.providers.rate_headers import read_report
from engine.providers.scripted import ScriptedProvider
from engine.simulator.limits import HiddenLimits, Limiter, Refusal

REFUSED_S = 0.02
"""Until a refusal arrives."""
CHUNK_S = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a server is like. Seconds and tokens are means."""

    name: str
    limits: HiddenLimits
    first_s: float = 0.4
    rest_s: float = 1.6
    reply: int = 100
    prompt: int = 60


class Server:
    """Counts, refuses and takes its time."""

    def __init__(self, shape: Shape, seed: int) -> None:
        """Vary by `seed`."""
        self.shape = shape
        self.limiter = Limiter(shape.limits)
        self.asked = self.refused = self.answered = 0
        self.most = 0
        self._chance = random.Random(seed)

    def arrive(self) -> Refusal | None:
        """Take a request on, or refuse it."""
        self.asked += 1
        now = asyncio.get_running_loop().time()
        refusal = self.limiter.arrive(self.shape.prompt + self.shape.reply, now)
        self.refused += refusal is not None
        self.most = max(self.most, self.limiter.under_way)
        return refusal

    async def take(self, seconds: float) -> None:
        """Let what takes so long alone take as long as the load makes it."""
        await asyncio.sleep(seconds * self._chance.uniform(0.7, 1.3) * self.limiter.slowness)

    async def stream(self) -> AsyncIterator[None]:
        """Let the rest of a reply pass in chunks, each as slow as the load makes it then."""
        chunks = max(1, round(self.shape.rest_s / CHUNK_S))
        for _ in range(chunks):
            await self.take(self.shape.rest_s / chunks)
            yield

    def headers(self, refusal: Refusal | None = None) -> dict[str, str]:
        """Return what an answer says."""
        return self.limiter.headers(asyncio.get_running_loop().time(), refusal)


@dataclass(slots=True, kw_only=True, eq=False)
class HiddenProvider(ScriptedProvider):
    """The server as a `Provider`."""

    server: Server = field(default_factory=lambda: Server(Shape(name="", limits=HiddenLimits()), 1))

    @asynccontextmanager
    async def send(
        self, prepared: PreparedRequest, *, client_request_id: str
    ) -> AsyncGenerator[AsyncIterator[ProviderEvent], None]:
        """See `Provider`."""
        del prepared, client_request_id
        events = self._answer()
        try:
            yield events
        finally:
            await events.aclose()

    async def _answer(self) -> AsyncGenerator[ProviderEvent, None]:
        server = self.server
        refusal = server.arrive()
        report = read_report(headers := server.headers(refusal), 0)
        if refusal is not None:
            await asyncio.sleep(REFUSED_S)
            asked = float(headers["retry-after-ms"]) / 1000 if "retry-after-ms" in headers else None
            raise ProviderError(
                ErrorCode.RATE_LIMITED, retryable=True, maybe_billed=False, retry_after_s=asked, report=report
            )
        try:
            await server.take(server.shape.first_s)
            yield Opened("", report)
            yield Delta("A ", 1)
            async for _ in server.stream():
                yield Delta("word ", 1)
        finally:
            server.limiter.leave()
        server.answered += 1
        yield Finished(FinishReason.STOP, Usage(input=server.shape.prompt, output=server.shape.reply), None, b"")


async def plain_client(server: Server, *, tasks: int, steps: int, at_once: int) -> float:
    """Do the same work with a fixed number of requests at once; return the seconds.

    A refused one is sent again after what is asked, and no sooner than half a second, doubled each time.
    """
    loop, slots = asyncio.get_running_loop(), asyncio.Semaphore(at_once)
    began = loop.time()

    async def task() -> None:
        for _ in range(steps):
            async with slots:
                await _request(server)

    await asyncio.gather(*(task() for _ in range(tasks)))
    return loop.time() - began


async def _request(server: Server) -> None:
    tries = 0
    while (refusal := server.arrive()) is not None:
        asked_s = refusal.retry_after_s if server.shape.limits.retry_after else 0.0
        await asyncio.sleep(REFUSED_S + max(asked_s, min(8.0, 0.5 * 2**tries)))
        tries += 1
    await server.take(server.shape.first_s)
    async for _ in server.stream():
        pass
    server.limiter.leave()
