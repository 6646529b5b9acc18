"""The simulator speaks OpenAI's protocol: judged by the official client, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import cast

import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from engine.simulator import faults
from engine.simulator.config import Fault, FaultKind, SimulatorConfig
from engine.simulator.server import Simulator

ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Name a sheep"}]


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    """A fast simulator with a key."""
    async with Simulator(SimulatorConfig(seed=3, speed=200.0, key="sk-right")) as running:
        yield running


@pytest.fixture
async def client(simulator: Simulator) -> AsyncGenerator[openai.AsyncOpenAI]:
    """The official client, without its retries."""
    async with openai.AsyncOpenAI(base_url=simulator.base_url, api_key="sk-right", max_retries=0, timeout=20) as made:
        yield made


async def stream(client: openai.AsyncOpenAI, **more: object) -> list[ChatCompletionChunk]:
    """Return all chunks of a streamed reply."""
    fields: dict[str, object] = {
        "model": "sim-fast",
        "messages": ASK,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    create = cast("Callable[..., Awaitable[AsyncIterator[ChatCompletionChunk]]]", client.chat.completions.create)
    chunks = await create(**(fields | more))
    return [chunk async for chunk in chunks]


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    """Return the text of a reply."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


async def test_a_stream_with_usage(client: openai.AsyncOpenAI, simulator: Simulator) -> None:
    """Role first, text, finish reason, then a chunk that only has the usage, and that is what was billed."""
    chunks = await stream(client)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "sheep" in text_of(chunks)
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    usage = chunks[-1].usage
    assert usage is not None and not chunks[-1].choices
    (seen,) = simulator.witness
    assert (usage.prompt_tokens, usage.completion_tokens) == (seen.prompt_tokens, seen.output_tokens)
    assert seen.whole and seen.billed > 0


async def test_no_usage_unless_asked_for(client: openai.AsyncOpenAI) -> None:
    """As the protocol has it."""
    assert all(chunk.usage is None for chunk in await stream(client, stream_options=None))


async def test_the_second_time_the_prompt_is_cached(client: openai.AsyncOpenAI) -> None:
    """And the usage says so."""
    await stream(client)
    usage = (await stream(client))[-1].usage
    assert usage is not None and usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens == usage.prompt_tokens


async def test_a_whole_reply(client: openai.AsyncOpenAI) -> None:
    """Without a stream, the same text."""
    whole = await client.chat.completions.create(model="sim-fast", messages=ASK)
    assert whole.choices[0].message.content == text_of(await stream(client))
    assert whole.usage is not None and whole.usage.completion_tokens > 0


async def test_models(client: openai.AsyncOpenAI) -> None:
    """Are listed."""
    assert [model.id async for model in client.models.list()] == ["sim-fast", "sim-balanced", "sim-quality"]


async def test_strangers_are_refused(client: openai.AsyncOpenAI, simulator: Simulator) -> None:
    """A wrong key, a model that is not there; neither is billed."""
    with pytest.raises(openai.NotFoundError):
        await stream(client, model="gpt-9")
    async with openai.AsyncOpenAI(base_url=simulator.base_url, api_key="sk-wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stream(stranger)
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()
    assert simulator.witness.billed == 0


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.RATE_LIMIT, openai.RateLimitError),
        (FaultKind.SERVER_ERROR, openai.InternalServerError),
        (FaultKind.UNAVAILABLE, openai.InternalServerError),
        (FaultKind.WRONG_KEY, openai.AuthenticationError),
        (FaultKind.CONTEXT_OVERFLOW, openai.BadRequestError),
        (FaultKind.NO_CREDIT, openai.APIStatusError),
        (FaultKind.RESET, openai.APIConnectionError),
        (FaultKind.REDIRECT, openai.APIConnectionError),
    ],
)
async def test_faults_before_the_reply(
    client: openai.AsyncOpenAI, simulator: Simulator, kind: FaultKind, error: type[Exception]
) -> None:
    """Come as the errors that the official client knows."""
    simulator.faults = [Fault(kind=kind, times=1)]
    with pytest.raises(error):
        await stream(client)


async def test_a_rate_limit_says_how_long(client: openai.AsyncOpenAI, simulator: Simulator) -> None:
    """By Retry-After."""
    simulator.faults = [Fault(kind=FaultKind.RATE_LIMIT, retry_after="7")]
    with pytest.raises(openai.RateLimitError) as raised:
        await stream(client)
    assert raised.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("kind", "finish"),
    [(FaultKind.LENGTH, "length"), (FaultKind.CONTENT_FILTER, "content_filter"), (FaultKind.TOOL_CALLS, "tool_calls")],
)
async def test_other_ends(client: openai.AsyncOpenAI, simulator: Simulator, kind: FaultKind, finish: str) -> None:
    """Every finish reason of the protocol."""
    simulator.faults = [Fault(kind=kind)]
    chunks = await stream(client)
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == finish


async def test_a_cut_stream(client: openai.AsyncOpenAI, simulator: Simulator) -> None:
    """Bytes were billed though the reply never became whole."""
    simulator.faults = [Fault(kind=FaultKind.CUT, after_tokens=5)]
    with pytest.raises(openai.APIConnectionError):
        await stream(client)
    (seen,) = simulator.witness
    assert not seen.whole and seen.billed > 0


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.GARBAGE, json.JSONDecodeError),
        (FaultKind.NOT_UTF8, UnicodeDecodeError),
        (FaultKind.STALL, openai.APITimeoutError),
    ],
)
async def test_faults_in_the_reply(
    client: openai.AsyncOpenAI, simulator: Simulator, kind: FaultKind, error: type[Exception]
) -> None:
    """Break a client that believes a server, or keep it until its own patience ends."""
    simulator.faults = [Fault(kind=kind, after_tokens=2)]
    with pytest.raises(error):
        await stream(client.with_options(timeout=0.5))
    (seen,) = simulator.witness
    assert not seen.whole


async def test_a_truncated_stream_looks_well(client: openai.AsyncOpenAI, simulator: Simulator) -> None:
    """It ends in order without a finish reason: only who looks for that one notices."""
    simulator.faults = [Fault(kind=FaultKind.TRUNCATE, after_tokens=5)]
    chunks = await stream(client)
    assert text_of(chunks)
    assert all(choice.finish_reason is None for chunk in chunks for choice in chunk.choices)


async def test_heartbeats_keep_a_silent_stream_open(
    client: openai.AsyncOpenAI, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timeout between two bytes never strikes; only one of the whole does."""
    monkeypatch.setattr(faults, "HEARTBEAT_S", 0.02)
    simulator.faults = [Fault(kind=FaultKind.HEARTBEAT, after_tokens=1)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stream(client.with_options(timeout=0.5)), 0.8)


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.GZIP])
async def test_status_200_is_no_stream_yet(client: openai.AsyncOpenAI, simulator: Simulator, kind: FaultKind) -> None:
    """A hotel's page, a packed megabyte of nothing: the official client finds no chunk in it and no fault."""
    simulator.faults = [Fault(kind=kind)]
    assert await stream(client) == []


@pytest.mark.parametrize(("kind", "empty"), [(FaultKind.EMPTY, True), (FaultKind.NULL_CONTENT, False)])
async def test_odd_text(client: openai.AsyncOpenAI, simulator: Simulator, kind: FaultKind, empty: bool) -> None:
    """A reply that says nothing is whole; a piece that is null is no piece."""
    simulator.faults = [Fault(kind=kind)]
    chunks = await stream(client)
    assert (text_of(chunks) == "") is empty
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"


@pytest.mark.parametrize(("kind", "tokens"), [(FaultKind.NO_USAGE, []), (FaultKind.ABSURD_USAGE, [-5])])
async def test_odd_usage(client: openai.AsyncOpenAI, simulator: Simulator, kind: FaultKind, tokens: list[int]) -> None:
    """Missing though asked for, or impossible; what was billed is told by neither."""
    simulator.faults = [Fault(kind=kind)]
    chunks = await stream(client)
    assert [chunk.usage.completion_tokens for chunk in chunks if chunk.usage] == tokens
    assert simulator.witness.billed > 0


async def test_an_endless_line(client: openai.AsyncOpenAI, simulator: Simulator) -> None:
    """Megabytes without a line's end: a client that waits for it fills its memory."""
    simulator.faults = [Fault(kind=FaultKind.ENDLESS_LINE, after_tokens=1)]
    longest = 0
    create = client.chat.completions.with_streaming_response.create
    async with create(model="sim-fast", messages=ASK, stream=True) as answer:
        async for block in answer.iter_bytes():
            longest = 0 if b"\n" in block else longest + len(block)
            if longest > 2_000_000:
                break
    assert longest > 2_000_000
