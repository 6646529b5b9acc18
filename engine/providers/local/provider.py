"""A `Provider` over the local model: OpenAI's protocol to the child, plus what a child makes different.

It is started on demand and can die; its tokens are counted before anything is sent; it is small, so a reply may
take only a share of its context; and it is free, so nothing it does wrong may have been billed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from engine.domain.clock import Clock, SystemClock
from engine.domain.errors import ErrorCode
from engine.providers.local.config import LocalConfig, room, threads
from engine.providers.local.counting import TokenCounter
from engine.providers.local.handshake import Launch
from engine.providers.local.host import ModelHost
from engine.providers.local.model_file import find_model
from engine.providers.local.process import ModelProcess, child_command, start
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.port import (
    Capabilities,
    ChatRequest,
    Finished,
    ModelInfo,
    PreparedRequest,
    ProviderError,
    ProviderEvent,
)
from engine.providers.transport import open_client, open_transport, tls_context

LOST = frozenset({ErrorCode.CUT, ErrorCode.UNREACHABLE, ErrorCode.TRUNCATED})
"""What the death of the child looks like from its connection."""
DEATH_S = 1.0
"""Seconds in which a child whose connection broke is found to be dead."""


class _Line:
    """The connections to one child, each for one request: its server closes them unannounced."""

    def __init__(self, process: ModelProcess, config: LocalConfig, capabilities: Capabilities) -> None:
        self.process = process
        self.provider = OpenAIProvider(
            OpenAIConfig(
                name=config.name,
                base_url=f"{process.address}/v1",
                key=lambda: process.key,
                capabilities=capabilities,
                reuse=False,
            )
        )
        self._client = open_client(open_transport(tls_context(verify=False), reuse=False))
        self.counter = TokenCounter(self._client, process.address, process.key)
        self.context = config.context

    async def close(self) -> None:
        await self.provider.close()
        await self._client.aclose()


class LocalModelProvider:
    """A `Provider` that brings its own server."""

    def __init__(
        self, config: LocalConfig, *, command: Sequence[str] | None = None, clock: Clock | None = None
    ) -> None:
        """Start nothing yet. `command` starts the child; by default this application's own."""
        self._config = config
        self._command = command if command is not None else child_command()
        self._host = ModelHost(self._spawn, clock or SystemClock())
        self._line: _Line | None = None
        self._lines = asyncio.Lock()

    @property
    def name(self) -> str:
        """See `Provider`."""
        return self._config.name

    @property
    def capabilities(self) -> Capabilities:
        """See `Provider`."""
        config = self._config
        return Capabilities(
            cache=True,
            concurrency=config.slots,
            context=config.context,
            local=True,
            models=(config.model_id,),
        )

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        line = self._line
        return line.process.pid if line is not None and line.process.alive else None

    @property
    def address(self) -> str | None:
        """Root of the child's server while it runs."""
        line = self._line
        return line.process.address if line is not None and line.process.alive else None

    async def prepare(self, request: ChatRequest) -> PreparedRequest:
        """See `Provider`. Counts the tokens exactly, so that what does not fit is refused before it is sent."""
        if request.model != self._config.model_id:  # another file was chosen since: it would answer in its name
            raise ProviderError(ErrorCode.UNKNOWN_MODEL, request.model, retryable=False, maybe_billed=False)
        try:
            line = await self._connect()
            await line.provider.prepare(request)  # what certainly does not fit need not be counted
            used = await line.counter.count(request.messages)
            most = room(line.context, self._config.output_share, request.max_output, used)
            prepared = await line.provider.prepare(replace(request, max_output=most))
            return replace(prepared, input_bound=used)
        except ProviderError as error:
            raise await self._judge(error) from error

    @asynccontextmanager
    async def send(
        self, prepared: PreparedRequest, *, client_request_id: str
    ) -> AsyncGenerator[AsyncIterator[ProviderEvent], None]:
        """See `Provider`."""
        events = self._events(prepared, client_request_id)
        try:
            yield events
        finally:
            await events.aclose()

    async def _events(self, prepared: PreparedRequest, client_request_id: str) -> AsyncGenerator[ProviderEvent, None]:
        try:
            line = await self._connect()
            async with line.provider.send(prepared, client_request_id=client_request_id) as events:
                async for event in events:
                    yield event
                    if isinstance(event, Finished):
                        self._host.worked()
        except ProviderError as error:
            raise await self._judge(error) from error

    async def reattach(self, provider_request_id: str) -> None:
        """See `Provider`. Nothing is kept."""

    async def settle(self, provider_request_id: str, *, client_request_id: str) -> None:
        """See `Provider`. It is free."""

    async def models(self) -> tuple[ModelInfo, ...]:
        """See `Provider`. Looks at the file and starts nothing."""
        await asyncio.to_thread(find_model, self._config.model)
        return (ModelInfo(id=self._config.model_id, context=self._config.context),)

    async def close(self) -> None:
        """See `Provider`. The child is gone when this returns."""
        await self._host.close()
        if self._line is not None:
            await self._line.close()

    async def _connect(self) -> _Line:
        process = await self._host.running()
        async with self._lines:
            if self._line is None or self._line.process is not process:
                if self._line is not None:
                    await self._line.close()
                self._line = _Line(process, self._config, self.capabilities)
                self._line.context = min(self._config.context, await self._line.counter.context())
            return self._line

    async def _spawn(self) -> ModelProcess:
        path = await asyncio.to_thread(find_model, self._config.model)
        launch = Launch(
            model=str(path),
            alias=self._config.model_id,
            key=secrets.token_urlsafe(32),
            slots=self._config.slots,
            context=self._config.context,
            threads=threads(),
            log=str(self._config.log or ""),
        )
        return await start(launch, self._command)

    async def _judge(self, error: ProviderError) -> ProviderError:
        """Return what an error means here: free of charge, and the child's death where it died."""
        line = self._line
        lost = error.code in LOST and not self._host.closed
        died = lost and line is not None and await line.process.died(DEATH_S)
        return ProviderError(
            ErrorCode.MODEL_DIED if died else error.code,
            error.detail,
            retryable=error.retryable,
            maybe_billed=False,
            retry_after_s=error.retry_after_s,
            status=error.status,
            usage=error.usage,
            raw=error.raw,
        )
