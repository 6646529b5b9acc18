"""The scripted provider plays what it is told and remembers what it was asked."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.providers.port import ChatRequest, Delta, Finished, Opened, Provider, ProviderError, ProviderEvent
from engine.providers.scripted import ScriptedProvider, Until, failure, in_turn, reply

ASKED = ChatRequest(model="m", messages=(Message(role="user", content="hé"),), temperature=0.5, max_output=9)


async def ask(provider: Provider, client_request_id: str = "1") -> list[ProviderEvent]:
    """Send one request and return its events."""
    prepared = await provider.prepare(ASKED)
    async with provider.send(prepared, client_request_id=client_request_id) as events:
        return [event async for event in events]


async def test_a_reply_is_opened_streamed_and_finished() -> None:
    """A good reply is one Opened, the text in pieces, one Finished."""
    events = await ask(ScriptedProvider(playbook=in_turn(reply("hello"))))
    assert isinstance(events[0], Opened)
    assert "".join(event.text for event in events if isinstance(event, Delta)) == "hello"
    assert isinstance(events[-1], Finished)


async def test_what_was_sent_is_remembered() -> None:
    """Messages and client request id of each attempt can be read back."""
    provider = ScriptedProvider()
    await ask(provider, "first")
    assert provider.sent[0].messages == ASKED.messages
    assert provider.sent[0].client_request_id == "first"
    assert provider.sent[0].whole and provider.sent[0].closed
    assert provider.sent[0].prepared.input_bound == 3 + 4


async def test_scripts_are_played_in_turn_and_the_last_for_ever() -> None:
    """An error first, then good replies."""
    provider = ScriptedProvider(playbook=in_turn(failure(ErrorCode.RATE_LIMITED, retry_after_s=2), reply("ok")))
    with pytest.raises(ProviderError) as caught:
        await ask(provider)
    assert caught.value.retry_after_s == 2
    assert isinstance((await ask(provider))[-1], Finished)
    assert isinstance((await ask(provider))[-1], Finished)


async def test_a_script_without_end_is_truncated() -> None:
    """A script that stops in the middle is an error, as a cut connection is."""
    with pytest.raises(ProviderError) as caught:
        await ask(ScriptedProvider(playbook=in_turn((Opened(""), Delta("par", 1)))))
    assert caught.value.code is ErrorCode.TRUNCATED and caught.value.maybe_billed


async def test_cancelling_an_attempt_closes_it() -> None:
    """Leaving the context by cancellation is recorded, and the attempt is no longer in flight."""
    provider = ScriptedProvider(playbook=in_turn((Opened(""), Until(asyncio.Event()))))
    opened = asyncio.Event()

    async def wait_for_more() -> None:
        async with provider.send(await provider.prepare(ASKED), client_request_id="1") as events:
            async for _ in events:
                opened.set()

    asking = asyncio.ensure_future(wait_for_more())
    await opened.wait()
    assert provider.open == 1
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert provider.sent[0].closed and not provider.sent[0].whole
    assert provider.open == 0
