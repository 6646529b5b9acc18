"""Servers that mean harm, over a real socket: endless heads, deep and absurd JSON, keys echoed in every place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from engine.domain.errors import ErrorCode
from engine.domain.hiding import HIDDEN
from engine.providers.openai import OpenAIProvider
from engine.providers.port import Delta, Finished, Opened, ProviderError
from tests.wire import KEY, REQUEST, STOP, Exchange, Wire, ask, delta, good, head, refused

DEEP = b"[" * 100_000
PATIENCE_S = 20.0


async def endless(exchange: Exchange, first: bytes, again: bytes) -> None:
    """Send without end, until the client leaves."""
    await exchange.say(first)
    while True:
        await exchange.say(again * 100)
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"HTTP/1.1 200 ", b"x" * 100),
        (b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nx-a: ", b"x" * 100),
        (b"HTTP/1.1 200 OK\r\nx-", b"a" * 100),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ", b"x" * 10_000),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n", b"data: " + b"x" * 10_000 + b"\n"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n", b": " + b"x" * 100_000 + b"\n"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", b"[" * 10_000),
    ],
    ids=["status", "headers", "value", "name", "line", "event", "comments", "json"],
)
async def test_what_has_no_end_is_left(wire: Wire, provider: OpenAIProvider, first: bytes, again: bytes) -> None:
    """At a bound of memory, by an error; the server sees its client go."""

    async def answer(exchange: Exchange) -> None:
        await endless(exchange, first, again)

    wire.answer = answer
    async with asyncio.timeout(PATIENCE_S):
        error = await refused(provider)
        await wire.gone.wait()
    assert error.code in (ErrorCode.GARBAGE, ErrorCode.TOO_LARGE, ErrorCode.CUT)
    assert error.maybe_billed


@pytest.mark.parametrize(
    "event",
    [
        b'{"choices":' + DEEP,
        b'{"odd":' + DEEP + b"]" * 100_000 + b"}",
        b'{"error":' + DEEP + b"]" * 100_000 + b"}",
        b'{"usage":' + DEEP + b"]" * 100_000 + b"}",
        b'{"choices":[{"index":1e999}]}',
        b'{"choices":[{"index":NaN}]}',
        b'{"choices":[{"delta":{"content":"\x00"}}]}',
        b'{"error":{"code":' + b"9" * 10_000 + b',"message":"m"}}',
        b'{"error":{"message":"m","retry_after":' + b"9" * 10_000 + b"}}",
        b'{"error":{"message":"m","retry_after":1e999}}',
        b'{"error":{"message":{"message":[]}}}',
    ],
    ids=range(11),
)
async def test_json_that_is_absurd(wire: Wire, provider: OpenAIProvider, event: bytes) -> None:
    """Is an error of the provider's and never one of ours."""

    async def answer(exchange: Exchange) -> None:
        await exchange.stream(event, STOP)

    wire.answer = answer
    error = await refused(provider)
    assert error.code in (ErrorCode.GARBAGE, ErrorCode.SERVER_ERROR)
    error.detail.encode()


@pytest.mark.parametrize(
    "usage",
    [
        b'{"prompt_tokens":NaN,"completion_tokens":1}',
        b'{"prompt_tokens":1e999,"completion_tokens":1}',
        b'{"prompt_tokens":' + b"9" * 10_000 + b',"completion_tokens":1}',
        b'{"prompt_tokens":-5,"completion_tokens":-1}',
        b'{"prompt_tokens":1.5,"completion_tokens":1}',
        b'{"prompt_tokens":"many"}',
        DEEP[:100] + b"]" * 100,
    ],
)
async def test_usage_that_is_absurd_loses_no_reply(wire: Wire, provider: OpenAIProvider, usage: bytes) -> None:
    """The reply is whole; what was used is for the ledger to judge, or is not known."""

    async def answer(exchange: Exchange) -> None:
        if b"NaN" in usage:  # no JSON: the event is none, and what came before it stands
            await exchange.stream(delta("a"), STOP, b'{"usage":' + usage + b"}")
        else:
            await exchange.stream(delta("a"), b'{"usage":' + usage + b"}", STOP)

    wire.answer = answer
    assert isinstance((await ask(provider))[-1], Finished)


async def test_of_two_fields_of_a_name_one_counts(wire: Wire, provider: OpenAIProvider) -> None:
    """The same one each time, in text and in figures."""
    twice = b'{"choices":[{"delta":{"content":"a","content":"b"}}],"choices":[{"delta":{"content":"c","content":"d"}}]}'

    async def answer(exchange: Exchange) -> None:
        await exchange.stream(twice, STOP, b'{"usage":{"prompt_tokens":1,"prompt_tokens":2,"completion_tokens":3}}')

    wire.answer = answer
    events = await ask(provider)
    assert [event.text for event in events if isinstance(event, Delta)] == ["d"]
    assert isinstance(events[-1], Finished) and events[-1].usage is not None and events[-1].usage.input == 2


async def test_deep_lists_and_refusals(wire: Wire, provider: OpenAIProvider) -> None:
    """The list of models, and the body of an error."""

    async def answer(exchange: Exchange) -> None:
        status = 200 if exchange.line.startswith("GET") else 400
        await exchange.say(head(status, f"content-length: {len(DEEP)}", kind="application/json"), DEEP)

    wire.answer = answer
    with pytest.raises(ProviderError) as caught:
        await provider.models()
    assert caught.value.code is ErrorCode.GARBAGE
    assert (await refused(provider)).code is ErrorCode.BAD_REQUEST


async def test_names_of_models_that_cannot_be_shown_are_not_offered(wire: Wire, provider: OpenAIProvider) -> None:
    """Controls, overrides, keys: a name is shown everywhere and written into the settings."""
    names = ["good", "a\x1b[2Jb", "a\u202eb", "a\nb", "", "x" * 500, f"m-{KEY}"]
    body = msgspec.json.encode({"data": [{"id": name} for name in names]})

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, f"content-length: {len(body)}", kind="application/json"), body)

    wire.answer = answer
    assert [model.id for model in await provider.models()] == ["good", f"m-{HIDDEN}"]


def escaped(text: str) -> bytes:
    """Return text in JSON as a server may write it, each letter by its number."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text).encode()


def pieces(field: bytes, size: int) -> list[bytes]:
    """Return the key in pieces, each an event's."""
    parts = [KEY[at : at + size].encode() for at in range(0, len(KEY), size)]
    return [b'{"choices":[{"delta":{"%s":"%s"}}]}' % (field, part) for part in parts]


@pytest.mark.parametrize(
    "events",
    [
        [delta(f"it is {KEY}"), STOP],
        [*pieces(b"content", 1), STOP],
        [*pieces(b"content", 7), STOP],
        [*pieces(b"reasoning_content", 3), delta("thought about it"), STOP],
        [*pieces(b"content", 7)[:-1], STOP],
        [b'{"choices":[{"delta":{"content":"' + escaped(KEY) + b'"}}]}', STOP],
        [delta("a"), STOP, b'{"odd":"' + KEY.encode() + b'"}'],
    ],
    ids=["whole", "letters", "sevens", "thoughts", "half", "escaped", "elsewhere"],
)
async def test_a_reply_that_echoes_the_key(wire: Wire, provider: OpenAIProvider, events: Sequence[bytes]) -> None:
    """Its bytes are kept without the key, or, where it lies in pieces, not at all."""

    async def answer(exchange: Exchange) -> None:
        await exchange.stream(*events)

    wire.answer = answer
    finished = (await ask(provider))[-1]
    assert isinstance(finished, Finished)
    assert KEY.encode() not in finished.raw and escaped(KEY) not in finished.raw
    assert finished.raw == HIDDEN.encode() or HIDDEN.encode() in finished.raw


@pytest.mark.parametrize("where", ["body", "escaped", "stream", "escaped stream", "garbage", "id", "limits", "half"])
async def test_an_error_that_echoes_the_key(wire: Wire, provider: OpenAIProvider, where: str) -> None:
    """In its words, its bytes, its headers."""
    key = escaped(KEY) if "escaped" in where else KEY.encode()
    message = b'{"error":{"message":"bad key ' + key + b'"}}'

    async def answer(exchange: Exchange) -> None:
        match where:
            case "body" | "escaped":
                await exchange.say(head(401, f"content-length: {len(message)}"), message)
            case "half":
                body = b"x" * (65_536 - 12) + KEY.encode() * 2
                await exchange.say(head(400, f"content-length: {len(body)}"), body)
            case "stream" | "escaped stream":
                await exchange.stream(delta("a"), message)
            case "garbage":
                await exchange.stream(b"x" * 190 + KEY.encode())
            case _:
                name = "x-request-id" if where == "id" else "x-ratelimit-key"
                await exchange.say(head(200, f"{name}: {'x' * 190}{KEY}", "content-length: 14"), b"data: [DONE]\n\n")

    wire.answer = answer
    opened: list[Opened] = []
    with pytest.raises(ProviderError) as caught:
        async with provider.send(await provider.prepare(REQUEST), client_request_id="c") as events:
            opened += [event async for event in events if isinstance(event, Opened)]
    error = caught.value
    told = f"{error} {error!r} {error.detail} {opened}".encode() + error.raw
    assert KEY[:12].encode() not in told
    assert escaped(KEY) not in told


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
async def test_no_redirect_is_followed(wire: Wire, provider: OpenAIProvider, status: int) -> None:
    """Of any kind, to the same server or another, for a reply or for the list of models: the key goes nowhere else."""

    async def answer(exchange: Exchange) -> None:
        elsewhere = wire.base_url.replace("127.0.0.1", "localhost")
        await exchange.say(head(status, f"location: {elsewhere}/stolen", "content-length: 0"))

    wire.answer = answer
    assert (await refused(provider)).code is ErrorCode.REDIRECTED
    with pytest.raises(ProviderError) as caught:
        await provider.models()
    assert caught.value.code is ErrorCode.REDIRECTED
    assert [exchange.line.split()[1] for exchange in wire.exchanges] == ["/v1/chat/completions", "/v1/models"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity", "x-unknown"])
async def test_no_encoded_body_is_read(wire: Wire, provider: OpenAIProvider, encoding: str) -> None:
    """Whatever its encoding is called."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, f"content-encoding: {encoding}", "content-length: 4"), b"\x1f\x8b\x08\x00")

    wire.answer = answer
    error = await refused(provider)
    assert (error.code, error.raw) == (ErrorCode.ENCODED_BODY, b"")


async def test_the_environment_is_not_asked(
    wire: Wire, provider: OpenAIProvider, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither a proxy nor a file of passwords is taken from it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    netrc = tmp_path_factory.mktemp("netrc") / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password taken\n")
    monkeypatch.setenv("NETRC", str(netrc))
    wire.answer = good
    assert isinstance((await ask(provider))[-1], Finished)
    assert wire.exchanges[0].headers["authorization"] == f"Bearer {KEY}"
