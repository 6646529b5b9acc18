"""What is known of providers before anyone sets them up."""

from __future__ import annotations

import pytest

from engine.domain.money import PICO
from engine.providers.openai import OpenAIProvider
from engine.providers.port import Finished, Opened
from engine.providers.presets import LOCAL_SERVERS, OPENAI, OPENROUTER, PRESETS, Preset
from tests.wire import KEY, STOP, Exchange, ask, delta, head, serving


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
async def test_every_preset_makes_a_provider(preset: Preset) -> None:
    """Its address passes the checks, and only what is on this computer needs no key."""
    provider = OpenAIProvider(preset.config(key=lambda: "sk-1"))
    assert provider.name == preset.name
    assert provider.capabilities.local is preset.free is not preset.key_required
    await provider.close()


def test_names_are_unique() -> None:
    """Specs and price lists name providers."""
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)


def test_local_servers_are_asked_on_loopback_by_number() -> None:
    """A name could be resolved to elsewhere."""
    assert all(preset.base_url.startswith("http://127.0.0.1:") for preset in LOCAL_SERVERS)


def test_openai_has_its_own_field_for_the_limit() -> None:
    """Its newer models refuse `max_tokens`."""
    assert OPENAI.config().dialect.max_tokens_field == "max_completion_tokens"


async def test_openrouter_says_what_it_billed_and_can_be_asked_again() -> None:
    """In dollars beside the counts, and later by the id in its header."""
    usage = b'{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"cost":0.0015}}'
    billed = b'{"data":{"id":"gen-7","total_cost":0.0015,"is_byok":false}}'

    async def answer(exchange: Exchange) -> None:
        if exchange.line.startswith("GET"):
            await exchange.say(head(200, f"content-length: {len(billed)}", kind="application/json"), billed)
            return
        body = b"".join(b"data: " + data + b"\n\n" for data in (delta("hi"), STOP, usage, b"[DONE]"))
        named = ("x-generation-id: gen-7", "x-request-id: other", f"content-length: {len(body)}")
        await exchange.say(head(200, *named), body)

    async with serving() as wire:
        wire.answer = answer
        provider = OpenAIProvider(OPENROUTER.config(key=lambda: KEY, base_url=wire.base_url))
        opened, *_, finished = await ask(provider)
        assert isinstance(opened, Opened) and isinstance(finished, Finished)
        assert (opened.provider_request_id, finished.reported_cost) == ("gen-7", 15 * PICO // 10_000)
        assert provider.capabilities.can_tell(opened.provider_request_id)
        assert await provider.settle(opened.provider_request_id, client_request_id="ours") == finished.reported_cost
        assert wire.exchanges[1].line == "GET /v1/generation?id=gen-7 HTTP/1.1"
        await provider.close()
