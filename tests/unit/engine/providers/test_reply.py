"""Replies over a real socket: bodies that are none, and whole ones that nothing after them may lose."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.usage import FinishReason, Usage
from engine.providers import reply
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.port import Delta, Finished, ProviderError
from tests.wire import REQUEST, STOP, Exchange, Wire, ask, delta, head, refused


@pytest.mark.parametrize("status", [200, 500])
async def test_a_compressed_body_is_never_unpacked(wire: Wire, provider: OpenAIProvider, status: int) -> None:
    """We asked for none; it could be a bomb."""
    bomb = gzip.compress(b"\0" * 10_000_000)

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(status, "content-encoding: gzip", f"content-length: {len(bomb)}"), bomb)

    wire.answer = answer
    error = await refused(provider)
    assert error.code is (ErrorCode.ENCODED_BODY if status == 200 else ErrorCode.SERVER_ERROR)
    assert error.raw == b""


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("text/html", b"<html>welcome</html>", ErrorCode.GARBAGE),
        ("text/plain", b"hello", ErrorCode.GARBAGE),
        ("application/json", b'{"choices":7}', ErrorCode.GARBAGE),
        ("application/json", b'{"error":{"message":"no"}}', ErrorCode.SERVER_ERROR),
        ("text/event-stream", b"", ErrorCode.TRUNCATED),
        ("text/event-stream", b"data: " + delta("a") + b"\n\n", ErrorCode.TRUNCATED),
        ("text/event-stream", b"data: " + delta("a") + b"\n\ndata: " + STOP[:30], ErrorCode.TRUNCATED),
        ("text/event-stream", b"data: nonsense\n\n", ErrorCode.GARBAGE),
        ("text/event-stream", b"data: " + b"x" * 5_000_000, ErrorCode.TOO_LARGE),
    ],
)
async def test_bodies_that_are_no_reply(
    wire: Wire, provider: OpenAIProvider, kind: str, body: bytes, code: ErrorCode
) -> None:
    """Each is an error that may have been billed, with the bytes that came."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "connection: close", kind=kind), body)
        exchange.writer.close()

    wire.answer = answer
    error = await refused(provider)
    assert (error.code, error.maybe_billed) == (code, True)
    if kind == "text/event-stream" and len(body) < 1000:
        assert error.raw == body


async def test_a_reply_that_was_not_streamed(wire: Wire, provider: OpenAIProvider) -> None:
    """A server that ignores `stream` is understood."""
    body = (
        b'{"choices":[{"message":{"role":"assistant","content":"hello"},"finish_reason":"length"}],'
        b'"usage":{"prompt_tokens":7,"completion_tokens":3}}'
    )

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, f"content-length: {len(body)}", kind="application/json"), body)

    wire.answer = answer
    events = await ask(provider)
    assert [event.text for event in events if isinstance(event, Delta)] == ["hello"]
    assert events[-1] == Finished(FinishReason.LENGTH, Usage(input=7, output=3), None, body)


async def test_a_line_of_a_megabyte(wire: Wire, provider: OpenAIProvider) -> None:
    """A large event within the cap is an event like others."""

    async def answer(exchange: Exchange) -> None:
        await exchange.stream(delta("x" * 1_000_000), STOP)

    wire.answer = answer
    assert sum(len(event.text) for event in await ask(provider) if isinstance(event, Delta)) == 1_000_000


async def test_counts_of_a_reply_that_breaks_off_are_no_bill(wire: Wire, provider: OpenAIProvider) -> None:
    """Nor are they when an error comes in their place."""
    counted = b'{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":7,"completion_tokens":1}}'
    for last in (b"", b'data: {"error":{"message":"overloaded"}}\n\n', b"data: nonsense\n\n"):

        async def answer(exchange: Exchange, last: bytes = last) -> None:
            await exchange.say(head(200, "connection: close"), b"data: " + counted + b"\n\n" + last)
            exchange.writer.close()

        wire.answer = answer
        error = await refused(provider)
        assert (error.usage, error.cost, error.maybe_billed) == (None, None, True)


async def test_a_whole_reply_survives_what_follows_it(wire: Wire, provider: OpenAIProvider) -> None:
    """After finish_reason neither garbage nor a reset loses a reply that was paid."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "content-length: 999"), b"data: " + delta("a") + b"\n\n")
        await exchange.say(b"data: " + STOP + b"\n\n", b"data: garbage\n\n")
        exchange.reset()

    wire.answer = answer
    finished = (await ask(provider))[-1]
    assert isinstance(finished, Finished)
    assert finished.usage is None


async def test_a_reply_with_a_hole_is_none_and_its_bill_is_read_all_the_same(
    wire: Wire, provider: OpenAIProvider
) -> None:
    """What could not be read may have been text; what it cost comes at the end, so nothing has to be assumed."""
    usage = b'{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}'

    async def answer(exchange: Exchange) -> None:
        await exchange.stream(delta("a"), b"{oops", delta("b"), STOP, usage, b"[DONE]")

    wire.answer = answer
    error = await refused(provider)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.GARBAGE, True, True)
    assert error.usage == Usage(input=7, output=3) and b"{oops" in error.raw and b"[DONE]" in error.raw


async def test_an_event_under_a_name_of_its_own_is_no_part_of_a_reply(wire: Wire, provider: OpenAIProvider) -> None:
    """Some servers keep a connection alive by one that is not JSON."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "connection: close"), b"event: ping\ndata: still here\n\n")
        await exchange.say(b"data: " + delta("a") + b"\n\ndata: " + STOP + b"\n\ndata: [DONE]\n\n")
        exchange.writer.close()

    wire.answer = answer
    assert isinstance((await ask(provider))[-1], Finished)


async def test_a_stream_of_nothing_but_garbage_is_left(wire: Wire, provider: OpenAIProvider) -> None:
    """Its end is not waited for."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200), b"data: {oops\n\n" * (reply.MAX_HOLES + 1))
        await exchange.reader.read()

    wire.answer = answer
    async with asyncio.timeout(3):
        assert (await refused(provider)).code is ErrorCode.GARBAGE


async def test_a_whole_reply_does_not_wait_for_ever(
    wire: Wire, provider: OpenAIProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that keeps the stream open after the end is left."""
    monkeypatch.setattr(reply, "TAIL_S", 0.01)

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200), b"data: " + delta("a") + b"\n\ndata: " + STOP + b"\n\n")
        await exchange.reader.read()

    wire.answer = answer
    async with asyncio.timeout(3):
        assert isinstance((await ask(provider))[-1], Finished)


async def test_a_reported_cost_in_a_header(wire: Wire) -> None:
    """Where the preset names the header, it is what was billed."""

    async def answer(exchange: Exchange) -> None:
        body = b"data: " + delta("a") + b"\n\ndata: [DONE]\n\n"
        await exchange.say(head(200, "x-cost: 0.5", f"content-length: {len(body)}"), body)

    wire.answer = answer
    provider = OpenAIProvider(OpenAIConfig(name="wire", base_url=wire.base_url, cost_header="x-cost"))
    finished = (await ask(provider))[-1]
    await provider.close()
    assert isinstance(finished, Finished)
    assert finished.reported_cost == 500_000_000_000


async def test_a_reply_without_end_is_given_up(
    wire: Wire, provider: OpenAIProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comments for ever are no reply: what is kept of one has a cap."""
    monkeypatch.setattr(reply, "MAX_REPLY", 10_000)

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "connection: close"))
        while True:
            await exchange.say(b": ping\n\n" * 100)

    wire.answer = answer
    error = await refused(provider)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.TOO_LARGE, False, True)


async def test_text_before_a_failure_is_delivered(wire: Wire, provider: OpenAIProvider) -> None:
    """A person sees what came, and the error keeps its bytes."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "content-length: 999"), b"data: " + delta("half") + b"\n\n")
        raise ConnectionResetError

    wire.answer = answer
    seen: list[str] = []

    async def read() -> None:
        async with provider.send(await provider.prepare(REQUEST), client_request_id="c") as events:
            async for event in events:
                seen.extend([event.text] if isinstance(event, Delta) else [])

    with pytest.raises(ProviderError) as caught:
        await read()
    assert seen == ["half"]
    assert b"half" in caught.value.raw
