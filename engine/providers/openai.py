"""A provider that speaks OpenAI's chat completions over HTTP: HolySheep, OpenAI, and the servers people run at home.

It joins the pure parts: `chat` says what bytes mean, `errors` what a refusal means, `transport` how to get there.
It retries nothing and has no deadline but the connection's: the runner has those.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx

from engine.domain.clock import Clock, SystemClock
from engine.domain.errors import DroverError, ErrorCode
from engine.providers import chat
from engine.providers.errors import MAX_BODY, from_status, redact_bytes
from engine.providers.model_list import read_models
from engine.providers.openai_config import OpenAIConfig
from engine.providers.paced.pacer import Pacer
from engine.providers.port import (
    Capabilities,
    ChatRequest,
    Garbled,
    ModelInfo,
    PreparedRequest,
    ProviderError,
    ProviderEvent,
    Whole,
)
from engine.providers.reply import NETWORK, ReplyReader
from engine.providers.transport import (
    HEADERS,
    check_headers,
    check_key,
    check_url,
    mapped,
    open_client,
    open_transport,
    tls_context,
)
from engine.providers.usage import read_billed

MAX_LIST = 8 * 1024 * 1024
"""Bytes of a list of models."""
LONGEST_TOKEN = 16
"""Bytes of text that a token can hardly pass on average: what is too long even so is certainly too long."""


class OpenAIProvider:
    """A `Provider` over HTTP."""

    def __init__(
        self,
        config: OpenAIConfig,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        pacer: Pacer | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Check the configuration; connects to nothing. Raises `DroverError` INVALID_URL, INSECURE_URL, BAD_REQUEST.

        What shares a `pacer` shares what reading may cost.
        """
        self._config = config
        self._url = check_url(config.base_url)
        self._chat = httpx.URL(f"{self._url}/chat/completions")
        self._headers = check_headers(config.headers)
        secure = self._url.startswith("https:")
        context = tls_context(verify=secure)
        if transport is None:
            transport = open_transport(context, reuse=config.reuse, kind=config.transport, pacer=pacer)
        self._transport = transport
        self._client = open_client(self._transport)
        self._clock = clock or SystemClock()

    @property
    def name(self) -> str:
        """See `Provider`."""
        return self._config.name

    @property
    def capabilities(self) -> Capabilities:
        """See `Provider`."""
        return self._config.capabilities

    async def prepare(self, request: ChatRequest) -> PreparedRequest:
        """See `Provider`. Refuses as overflow only what certainly is; the server judges the rest, unbilled."""
        self._key()
        body = chat.encode(request, self._config.dialect)
        bound = chat.input_bound(request)
        context = self._config.contexts.get(request.model) or self.capabilities.context
        if context is not None and bound // LONGEST_TOKEN >= context:
            detail = f"{bound} bytes, {context} tokens of context"
            raise ProviderError(ErrorCode.CONTEXT_OVERFLOW, detail, retryable=False, maybe_billed=False)
        return PreparedRequest(
            model=request.model,
            body=body,
            input_bound=bound,
            max_output=request.max_output,
            connect_s=request.connect_s,
        )

    @asynccontextmanager
    async def send(
        self, prepared: PreparedRequest, *, client_request_id: str
    ) -> AsyncGenerator[AsyncIterator[ProviderEvent], None]:
        """See `Provider`."""
        key = self._key()
        headers = (
            HEADERS
            | self._authorized(key)
            | {
                "content-type": "application/json",
                "accept": "text/event-stream",
                "x-client-request-id": client_request_id,
                "idempotency-key": client_request_id,
            }
        )
        timeout = httpx.Timeout(None, connect=prepared.connect_s, pool=prepared.connect_s).as_dict()
        request = httpx.Request(
            "POST", self._chat, content=prepared.body, headers=headers, extensions={"timeout": timeout}
        )
        events = self._events(request, key)
        try:
            yield events
        finally:
            await events.aclose()

    async def _events(self, request: httpx.Request, key: str | None) -> AsyncGenerator[ProviderEvent, None]:
        response = await self._send(request, key)
        try:
            if response.status_code != 200:
                raise await self._refusal(response, key)
            reader = ReplyReader(
                response,
                self._config.dialect,
                cost_header=self._config.cost_header,
                key=key,
                now_ms=self._clock.wall_ms(),
            )
            yield reader.opened()
            garbled = False
            while (deltas := await reader.more()) is not None:
                for delta in deltas:
                    yield delta
                if reader.garbled and not garbled:
                    garbled = True
                    yield Garbled()
                if reader.begins_tail:
                    yield Whole()
            yield reader.finished()
        finally:
            await response.aclose()

    async def _send(self, request: httpx.Request, key: str | None) -> httpx.Response:
        """Hand a chat to the transport itself: all that a client would add is off, and costs as much as the rest."""
        self._check_open()
        with mapped(key):
            response = await self._transport.handle_async_request(request)
        response.request = request
        return response

    async def _open(self, request: httpx.Request, key: str | None) -> httpx.Response:
        self._check_open()
        with mapped(key):
            return await self._client.send(request, stream=True)

    def _check_open(self) -> None:
        if self._client.is_closed:
            raise ProviderError(ErrorCode.UNREACHABLE, "closed", retryable=False, maybe_billed=False)

    async def _refusal(self, response: httpx.Response, key: str | None) -> ProviderError:
        raw = b""
        if response.headers.get("content-encoding", "identity") == "identity":
            raw = await _read_some(response, MAX_BODY, 5.0)
        raw = redact_bytes(raw, key)
        now = self._clock.wall_ms()
        return from_status(response.status_code, response.headers, raw, now_ms=now, key=key)

    async def reattach(self, provider_request_id: str) -> None:
        """See `Provider`. Chat completions are not kept."""

    async def settle(self, provider_request_id: str, *, client_request_id: str) -> int | None:
        """See `Provider`. The protocol has no such question; some servers answer OpenRouter's."""
        if not (self._config.cost_path and self.capabilities.can_tell(provider_request_id)):
            return None
        key = self._key()
        async with self._get(self._config.cost_path, key, id=provider_request_id or client_request_id) as response:
            if response.status_code == 404:  # it knows no such request, or not yet
                return None
            if response.status_code != 200:
                raise await self._refusal(response, key)
            return read_billed(await _read_some(response, MAX_BODY, self._config.list_timeout_s))

    async def models(self) -> tuple[ModelInfo, ...]:
        """See `Provider`."""
        key = self._key()
        async with self._get("models", key) as response:
            if response.status_code != 200:
                raise await self._no_list(response, key)
            raw = await _read_some(response, MAX_LIST, self._config.list_timeout_s)
            return read_models(redact_bytes(raw, key))

    @asynccontextmanager
    async def _get(self, path: str, key: str | None, **query: str) -> AsyncGenerator[httpx.Response, None]:
        """Ask the server for something that is billed to nobody; all of the body must be done within the limit."""
        limit = self._config.list_timeout_s
        url, headers = f"{self._url}/{path}", self._authorized(key)
        request = self._client.build_request("GET", url, params=query, headers=headers, timeout=httpx.Timeout(limit))
        try:
            async with asyncio.timeout(limit):
                response = await self._open(request, key)
                try:
                    yield response
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise ProviderError(ErrorCode.UNREACHABLE, "timeout", retryable=True, maybe_billed=False) from error

    async def _no_list(self, response: httpx.Response, key: str | None) -> ProviderError:
        error = await self._refusal(response, key)
        if error.code is not ErrorCode.UNKNOWN_MODEL:
            return error
        # nobody asked for a model: it is the address that is wrong
        return ProviderError(ErrorCode.NO_SERVICE, error.detail, retryable=False, maybe_billed=False, status=404)

    async def close(self) -> None:
        """See `Provider`."""
        await self._client.aclose()

    def _key(self) -> str | None:
        key = self._config.key()
        if key is None and self._config.key_required:
            raise ProviderError(ErrorCode.NO_KEY, self.name, retryable=False, maybe_billed=False)
        try:
            return check_key(key) if key is not None else None
        except DroverError as error:
            raise ProviderError(error.code, retryable=False, maybe_billed=False) from error

    def _authorized(self, key: str | None) -> dict[str, str]:
        return self._headers | ({"authorization": f"Bearer {key}"} if key is not None else {})


async def _read_some(response: httpx.Response, limit: int, seconds: float) -> bytes:
    """Return what comes of a body within a size and a time; a failing connection ends it."""
    found = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in response.aiter_raw():
                found += chunk[: limit - len(found)]
                if len(found) >= limit:
                    break
    except (TimeoutError, *NETWORK):
        pass  # what did not come is missing: the caller judges what there is
    return bytes(found)
