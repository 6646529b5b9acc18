"""A `Provider` over a simulator that is started when it is first needed, in this process and over real HTTP.

What the simulator is does not matter here: anything that serves OpenAI's protocol at an address will do.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from engine.domain.errors import ErrorCode
from engine.providers.openai_config import OpenAIConfig
from engine.providers.paced.pacer import Pacer
from engine.providers.port import Capabilities, ChatRequest, ModelInfo, PreparedRequest, ProviderError, ProviderEvent

if TYPE_CHECKING:
    from engine.providers.openai import OpenAIProvider


class Serving(Protocol):
    """A simulator that runs."""

    @property
    def base_url(self) -> str:
        """Where, with the path up to "/v1"."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedConfig:
    """A simulator to start."""

    start: Callable[[], AbstractAsyncContextManager[Serving]]
    """Starts it on entering, ends it on leaving."""
    name: str = "simulator"
    capabilities: Capabilities = Capabilities(local=True, tells_cost=True, knows_our_ids=True)


class SimulatedProvider:
    """A `Provider` that brings its own server, in this process."""

    def __init__(self, config: SimulatedConfig, *, pacer: Pacer | None = None) -> None:
        """Start nothing yet; see `OpenAIProvider` for `pacer`."""
        self._pacer = pacer
        self._config = config
        self._stack = AsyncExitStack()
        self._starting = asyncio.Lock()
        self._provider: OpenAIProvider | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """See `Provider`."""
        return self._config.name

    @property
    def capabilities(self) -> Capabilities:
        """See `Provider`."""
        return self._config.capabilities

    async def _served(self) -> OpenAIProvider:
        async with self._starting:
            if self._closed:
                raise ProviderError(ErrorCode.UNREACHABLE, "closed", retryable=False, maybe_billed=False)
            if self._provider is None:
                from engine.providers.openai import OpenAIProvider  # noqa: PLC0415 - see `directory`

                server = await self._stack.enter_async_context(self._config.start())
                config = OpenAIConfig(
                    name=self.name,
                    base_url=server.base_url,
                    cost_path="generation",
                    capabilities=self.capabilities,
                )
                self._provider = OpenAIProvider(config, pacer=self._pacer)
            return self._provider

    async def prepare(self, request: ChatRequest) -> PreparedRequest:
        """See `Provider`."""
        return await (await self._served()).prepare(request)

    @asynccontextmanager
    async def send(
        self, prepared: PreparedRequest, *, client_request_id: str
    ) -> AsyncGenerator[AsyncIterator[ProviderEvent], None]:
        """See `Provider`."""
        provider = await self._served()
        async with provider.send(prepared, client_request_id=client_request_id) as events:
            yield events

    async def reattach(self, provider_request_id: str) -> None:
        """See `Provider`. Nothing is kept."""

    async def settle(self, provider_request_id: str, *, client_request_id: str) -> int | None:
        """See `Provider`. It knows what it billed since it was started, and no more."""
        return await (await self._served()).settle(provider_request_id, client_request_id=client_request_id)

    async def models(self) -> tuple[ModelInfo, ...]:
        """See `Provider`."""
        return await (await self._served()).models()

    async def close(self) -> None:
        """See `Provider`."""
        self._closed = True
        if self._provider is not None:
            await self._provider.close()
        await self._stack.aclose()
