"""The provider over a real socket: what leaves the computer, who may leave when, and how servers refuse."""

from __future__ import annotations

import asyncio
import time

import msgspec
import pytest

from engine.domain.allowance import Allowance, RateReport
from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.domain.money import MOST_A_CALL
from engine.domain.usage import FinishReason, Usage
from engine.providers.chat import ChatDialect
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.port import (
    Capabilities,
    ChatRequest,
    Delta,
    Finished,
    Opened,
    ProviderError,
    ProviderEvent,
    Whole,
)
from tests.wire import KEY, REQUEST, STOP, USAGE, Exchange, Wire, ask, delta, good, head, refused


async def test_a_good_reply(wire: Wire, provider: OpenAIProvider) -> None:
    """Opened, text, usage and the raw bytes."""
    wire.answer = good
    opened, *deltas, finished = await ask(provider)
    assert isinstance(opened, Opened)
    told = [delta for delta in deltas if isinstance(delta, Delta)]  # one a read, however many the server wrote
    assert ("".join(delta.text for delta in told), sum(delta.tokens for delta in told)) == ("hello", 2)
    assert isinstance(finished, Finished)
    assert (finished.finish, finished.usage) == (FinishReason.STOP, Usage(input=7, output=3))
    assert finished.raw.count(b"data: ") == 5


async def test_a_reply_is_told_to_be_whole_before_what_may_follow(wire: Wire, provider: OpenAIProvider) -> None:
    """Its finish has come; what it used comes when the server pleases."""
    told = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "connection: close"))
        await exchange.say(b"data: " + delta("a") + b"\n\ndata: " + STOP + b"\n\n")
        await told.wait()
        await exchange.say(b"data: " + USAGE + b"\n\ndata: [DONE]\n\n")
        exchange.writer.close()

    wire.answer = answer
    found: list[ProviderEvent] = []
    async with provider.send(await provider.prepare(REQUEST), client_request_id="c1") as events:
        async for event in events:
            found.append(event)
            if isinstance(event, Whole):
                told.set()
    assert [type(event) for event in found] == [Opened, Delta, Whole, Finished]
    assert isinstance(found[-1], Finished) and found[-1].usage == Usage(input=7, output=3)


async def test_what_is_sent(wire: Wire, provider: OpenAIProvider) -> None:
    """The prepared body, byte for byte, with key, request id, idempotency key and no compression."""
    wire.answer = good
    prepared = await provider.prepare(REQUEST)
    async with provider.send(prepared, client_request_id="c1") as events:
        assert [event async for event in events]
    sent = wire.exchanges[0]
    assert sent.line == "POST /v1/chat/completions HTTP/1.1"
    assert sent.body == prepared.body
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["x-client-request-id"] == sent.headers["idempotency-key"] == "c1"
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["content-type"] == "application/json"


async def test_ids_and_limits_of_the_provider_are_told(wire: Wire, provider: OpenAIProvider) -> None:
    """Its request id and rate-limit headers come with the opening."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "x-request-id: r-7", "X-RateLimit-Remaining-Requests: 3", "connection: close"))
        await exchange.say(b"data: " + delta("a") + b"\n\ndata: [DONE]\n\n")
        exchange.writer.close()

    wire.answer = answer
    assert (await ask(provider))[0] == Opened("r-7", RateReport(requests=Allowance(remaining=3)))


async def test_a_connection_is_used_again(wire: Wire, provider: OpenAIProvider) -> None:
    """Steps that follow each other share a connection."""
    wire.answer = good
    for _ in range(3):
        await ask(provider)
    assert wire.connections == 1


async def test_no_cookie_is_sent_back(wire: Wire, provider: OpenAIProvider) -> None:
    """A server cannot mark its visitors."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "set-cookie: a=b; Path=/", "content-length: 14"), b"data: [DONE]\n\n")

    wire.answer = answer
    await refused(provider)
    await refused(provider)
    assert "cookie" not in wire.exchanges[1].headers


async def test_the_environment_names_no_proxy(
    wire: Wire, provider: OpenAIProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY would be given the key."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    wire.answer = good
    assert isinstance((await ask(provider))[-1], Finished)


@pytest.mark.parametrize("leave", ["cancel", "break"])
async def test_leaving_closes_the_connection(wire: Wire, provider: OpenAIProvider, leave: str) -> None:
    """A request that is cancelled, or left in the middle, stops costing: the server sees its client go."""

    async def endless(exchange: Exchange) -> None:
        await exchange.say(head(200, "connection: close"))
        while True:
            await exchange.say(b"data: " + delta("x") + b"\n\n")
            await asyncio.sleep(0.001)

    async def first_delta(seen: asyncio.Event) -> None:
        async with provider.send(await provider.prepare(REQUEST), client_request_id="c") as events:
            async for event in events:
                if isinstance(event, Delta):
                    seen.set()
                    if leave == "break":
                        break

    wire.answer = endless
    seen = asyncio.Event()
    asking = asyncio.ensure_future(first_delta(seen))
    await seen.wait()
    if leave == "cancel":
        asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled() is (leave == "cancel")
    await asyncio.wait_for(wire.gone.wait(), 5)


async def test_cancelling_before_the_headers_closes_the_connection(wire: Wire, provider: OpenAIProvider) -> None:
    """A server that never answers is left as well."""
    asked = asyncio.Event()
    left = asyncio.Event()

    async def silent(exchange: Exchange) -> None:
        asked.set()
        await exchange.reader.read()
        left.set()

    wire.answer = silent
    asking = asyncio.ensure_future(ask(provider))
    await asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.wait_for(left.wait(), 5)


async def test_300_streams_are_open_at_the_same_time(wire: Wire, provider: OpenAIProvider) -> None:
    """No pool queues them: each waits until all are open, and none would finish otherwise."""
    everyone = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "connection: close"), b"data: " + delta("a") + b"\n\n")
        if wire.open == 300:
            everyone.set()
        await everyone.wait()
        await exchange.say(b"data: " + STOP + b"\n\ndata: [DONE]\n\n")
        exchange.writer.close()

    wire.answer = answer
    begun = time.monotonic()
    async with asyncio.timeout(30):
        replies = await asyncio.gather(*(ask(provider) for _ in range(300)))
    assert wire.most_open == 300
    assert all(isinstance(events[-1], Finished) for events in replies)
    assert time.monotonic() - begun < 15


async def test_a_refusal_has_status_wait_and_no_key(wire: Wire, provider: OpenAIProvider) -> None:
    """What a 429 says is kept, but for the key that it repeats."""

    async def answer(exchange: Exchange) -> None:
        body = msgspec.json.encode({"error": {"message": f"slow down, {KEY}", "code": "rate_limit_exceeded"}})
        await exchange.say(head(429, "retry-after: 3", f"content-length: {len(body)}"), body)

    wire.answer = answer
    error = await refused(provider)
    assert (error.code, error.status, error.retry_after_s) == (ErrorCode.RATE_LIMITED, 429, 3.0)
    assert (error.retryable, error.maybe_billed) == (True, False)
    assert KEY not in error.detail
    assert KEY.encode() not in error.raw
    assert "slow down" in error.detail


async def test_a_redirect_is_not_followed(wire: Wire, provider: OpenAIProvider) -> None:
    """It would carry the prompt, and headers with keys, to wherever it says."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(307, f"location: {wire.base_url}/elsewhere", "content-length: 0"))

    wire.answer = answer
    assert (await refused(provider)).code is ErrorCode.REDIRECTED
    assert len(wire.exchanges) == 1


@pytest.mark.parametrize("cut", ["before the headers", "in the headers", "in a chunk", "between chunks", "reset"])
async def test_connections_that_break(wire: Wire, provider: OpenAIProvider, cut: str) -> None:
    """A connection lost after the request was sent may have cost money, wherever it broke."""
    piece = b"data: " + delta("a") + b"\n\n"
    said = {
        "before the headers": b"",
        "in the headers": b"HTTP/1.1 200 OK\r\ncontent-ty",
        "in a chunk": head(200, "transfer-encoding: chunked") + b"%x\r\n%s" % (len(piece) + 9, piece),
        "between chunks": head(200, "transfer-encoding: chunked") + b"%x\r\n%s\r\n" % (len(piece), piece),
        "reset": head(200, "content-length: 999") + piece,
    }

    async def answer(exchange: Exchange) -> None:
        await exchange.say(said[cut])
        if cut == "reset":
            exchange.reset()
        raise ConnectionResetError

    wire.answer = answer
    error = await refused(provider)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.CUT, True, True)


async def test_what_is_not_http(wire: Wire, provider: OpenAIProvider) -> None:
    """A server of something else is garbage, not a crash."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(b"220 mail.example.org ESMTP\r\n\r\n")
        raise ConnectionResetError

    wire.answer = answer
    assert (await refused(provider)).code is ErrorCode.GARBAGE


async def test_nobody_listens(wire: Wire) -> None:
    """A server that is not there was sent nothing, and is worth another try."""
    provider = OpenAIProvider(OpenAIConfig(name="gone", base_url="http://127.0.0.1:1/v1"))
    error = await refused(provider)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.UNREACHABLE, True, False)
    await provider.close()


async def test_without_a_key_nothing_is_prepared(wire: Wire) -> None:
    """A provider that needs a key says so before anything leaves; a bad one is not quoted."""
    keys: list[str | None] = [None, "sk-\nbad"]
    config = OpenAIConfig(name="wire", base_url=wire.base_url, key=lambda: keys[0], key_required=True)
    provider = OpenAIProvider(config)
    for code in (ErrorCode.NO_KEY, ErrorCode.INVALID_KEY):
        with pytest.raises(ProviderError) as caught:
            await provider.prepare(REQUEST)
        assert caught.value.code is code
        assert "bad" not in str(caught.value)
        keys.pop(0)
    await provider.close()


async def test_what_cannot_fit_is_refused_before_it_is_sent(wire: Wire) -> None:
    """Certain overflow is refused; what might fit is left to the server, which bills no refusal."""
    config = OpenAIConfig(name="wire", base_url=wire.base_url, contexts={"m": 100}, dialect=ChatDialect())
    provider = OpenAIProvider(config)
    fits = Message(role="user", content="x" * 1000)
    too_long = Message(role="user", content="x" * 2000)
    request = ChatRequest(model="m", messages=(fits,), temperature=0, max_output=9)
    assert (await provider.prepare(request)).input_bound > 1000
    with pytest.raises(ProviderError) as caught:
        await provider.prepare(ChatRequest(model="m", messages=(too_long,), temperature=0, max_output=9))
    assert caught.value.code is ErrorCode.CONTEXT_OVERFLOW
    await provider.close()


async def test_models_are_listed(wire: Wire, provider: OpenAIProvider) -> None:
    """GET /models, with the key, is the list and the test of the key."""
    body = b'{"object":"list","data":[{"id":"b","context_length":8192},{"id":"a","owned_by":1}]}'

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, f"content-length: {len(body)}", kind="application/json"), body)

    wire.answer = answer
    assert [(model.id, model.context) for model in await provider.models()] == [("a", None), ("b", 8192)]
    assert wire.exchanges[0].line == "GET /v1/models HTTP/1.1"
    assert wire.exchanges[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"<html>", ErrorCode.GARBAGE),
        (200, b'{"data":[{"name":"no id"}]}', ErrorCode.GARBAGE),
        (401, b"{}", ErrorCode.WRONG_KEY),
        (404, b'{"error":"not found"}', ErrorCode.NO_SERVICE),
        (404, b"", ErrorCode.NO_SERVICE),
    ],
)
async def test_lists_that_fail(wire: Wire, provider: OpenAIProvider, status: int, body: bytes, code: ErrorCode) -> None:
    """A wrong key and a wrong address are told apart."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(status, f"content-length: {len(body)}", kind="application/json"), body)

    wire.answer = answer
    with pytest.raises(ProviderError) as caught:
        await provider.models()
    assert caught.value.code is code


async def test_a_closed_provider_says_so(provider: OpenAIProvider) -> None:
    """A request after closing is a provider's error like others."""
    await provider.close()
    await provider.close()
    assert (await refused(provider)).maybe_billed is False


@pytest.mark.parametrize(
    ("status", "body", "billed"),
    [
        (200, b'{"data":{"id":"gen-1","total_cost":0.0015}}', 1_500_000_000),
        (200, b'{"data":{"total_cost":"0.0000000000001"}}', 1),
        (200, b'{"data":{"total_cost":0}}', 0),
        (200, b'{"data":{"total_cost":0.001,"is_byok":false}}', 10**9),
        (200, b'{"data":{"total_cost":0.001,"is_byok":true}}', None),
        (200, b'{"data":{"total_cost":-1}}', None),
        (200, b'{"data":{"total_cost":null}}', None),
        (200, b'{"data":{"total_cost":1000}}', MOST_A_CALL),
        (200, b'{"data":{"total_cost":1000.000000000001}}', None),
        (200, b'{"data":{"total_cost":1e999}}', None),
        (200, b'{"data":null}', None),
        (200, b"<html>", None),
        (404, b"{}", None),
    ],
)
async def test_a_server_is_asked_what_a_request_was_billed(
    wire: Wire, status: int, body: bytes, billed: int | None
) -> None:
    """By the server's id; exact to the last digit, and no amount where it says none."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(status, f"content-length: {len(body)}", kind="application/json"), body)

    wire.answer = answer
    knows = Capabilities(tells_cost=True, knows_our_ids=True)
    config = OpenAIConfig(
        name="wire", base_url=wire.base_url, key=lambda: KEY, cost_path="generation", capabilities=knows
    )
    provider = OpenAIProvider(config)
    assert await provider.settle("gen-1&x", client_request_id="ours") == billed
    assert wire.exchanges[0].line == "GET /v1/generation?id=gen-1%26x HTTP/1.1"
    assert wire.exchanges[0].headers["authorization"] == f"Bearer {KEY}"
    assert await provider.settle("", client_request_id="ours") == billed
    assert wire.exchanges[1].line == "GET /v1/generation?id=ours HTTP/1.1"
    await provider.close()


async def test_a_server_that_refuses_to_say_is_an_error(wire: Wire, provider: OpenAIProvider) -> None:
    """A wrong key is one; a server that has no such question is not asked at all."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(401, "content-length: 2", kind="application/json"), b"{}")

    wire.answer = answer
    tells = Capabilities(tells_cost=True)
    config = OpenAIConfig(
        name="wire", base_url=wire.base_url, key=lambda: KEY, cost_path="generation", capabilities=tells
    )
    asking = OpenAIProvider(config)
    with pytest.raises(ProviderError) as caught:
        await asking.settle("gen-1", client_request_id="ours")
    assert caught.value.code is ErrorCode.WRONG_KEY
    await asking.close()
    asked = len(wire.exchanges)
    assert await provider.settle("gen-1", client_request_id="ours") is None
    # it never named the request, and knows no id of ours
    assert await asking.settle("", client_request_id="ours") is None
    assert len(wire.exchanges) == asked
