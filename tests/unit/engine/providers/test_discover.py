"""Servers that run on this computer are found, and what is none is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from engine.providers.discover import chat_models, discover
from engine.providers.port import ModelInfo
from engine.providers.presets import LLAMA_CPP, OLLAMA
from tests.wire import Exchange, Wire, head

NOBODY = "http://127.0.0.1:1/v1"


async def test_a_server_that_runs_is_found_with_its_models(wire: Wire) -> None:
    """The one that answers is offered, the one that does not is not."""
    body = b'{"object":"list","data":[{"id":"llama3.2:1b"},{"id":"nomic-embed-text"}]}'

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, f"content-length: {len(body)}", kind="application/json"), body)

    wire.answer = answer
    here = replace(OLLAMA, base_url=wire.base_url)
    found = await discover((replace(LLAMA_CPP, base_url=NOBODY), here))
    assert [(server.preset, server.models) for server in found] == [(here, (ModelInfo(id="llama3.2:1b"),))]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"data":null}', b'{"data":[{"id":"bge-m3"}]}'])
async def test_what_has_no_model_that_chats_is_not_offered(wire: Wire, body: bytes) -> None:
    """Something else on the port, or a server without models."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, f"content-length: {len(body)}"), body)

    wire.answer = answer
    assert await discover((replace(OLLAMA, base_url=wire.base_url),)) == ()


async def test_a_silent_server_does_not_hold_up_the_start(wire: Wire) -> None:
    """One that accepts and says nothing is given up."""

    async def answer(exchange: Exchange) -> None:
        await exchange.reader.read()

    wire.answer = answer
    async with asyncio.timeout(5):
        assert await discover((replace(OLLAMA, base_url=wire.base_url),), timeout_s=0.05) == ()


def test_models_that_evidently_do_not_chat() -> None:
    """Embeddings and speech are left out."""
    models = [ModelInfo(id=name) for name in ("qwen3", "text-embedding-3", "whisper-1", "bge-reranker", "gpt-4.1")]
    assert [model.id for model in chat_models(models)] == ["qwen3", "gpt-4.1"]
