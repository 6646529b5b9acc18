"""Asks the child what only it knows: how many tokens a chat is, exactly, and how many fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import httpx
import msgspec

from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.providers.errors import from_status
from engine.providers.port import ProviderError
from engine.providers.transport import mapped
from engine.providers.usage import UNREADABLE

ASK_S = 30.0
"""Seconds a question may take; the server answers them beside its slots."""


class _Chat(msgspec.Struct, frozen=True):
    messages: Sequence[Message]


class _Prompt(msgspec.Struct, frozen=True):
    prompt: str


class _Text(msgspec.Struct, frozen=True, kw_only=True):
    content: str
    add_special: bool = True
    parse_special: bool = True


class _Tokens(msgspec.Struct, frozen=True):
    tokens: list[int]


class _Settings(msgspec.Struct, frozen=True):
    n_ctx: int


class _Properties(msgspec.Struct, frozen=True):
    default_generation_settings: _Settings


class TokenCounter:
    """Counts for one child."""

    def __init__(self, client: httpx.AsyncClient, address: str, key: str) -> None:
        """Ask the server at `address`."""
        self._client = client
        self._address = address
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    async def count(self, messages: Sequence[Message]) -> int:
        """Return the tokens of a chat, with its template; raises `ProviderError`."""
        prompt = _read(await self._ask("/apply-template", msgspec.json.encode(_Chat(messages))), _Prompt).prompt
        answer = await self._ask("/tokenize", msgspec.json.encode(_Text(content=prompt)))
        return len(_read(answer, _Tokens).tokens)

    async def context(self) -> int:
        """Return the tokens of one slot; raises `ProviderError`."""
        return _read(await self._ask("/props", None), _Properties).default_generation_settings.n_ctx

    async def _ask(self, path: str, body: bytes | None) -> bytes:
        method = "GET" if body is None else "POST"
        with mapped(None):
            response = await self._client.request(
                method, self._address + path, content=body, headers=self._headers, timeout=httpx.Timeout(ASK_S)
            )
        if response.status_code != 200:
            raise from_status(response.status_code, response.headers, response.content, now_ms=0, key=None)
        return response.content


T = TypeVar("T")


def _read(raw: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=shape)
    except UNREADABLE as error:
        raise ProviderError(ErrorCode.GARBAGE, str(error), retryable=True, maybe_billed=False) from error
