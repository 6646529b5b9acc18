"""The simulator speaks OpenAI's protocol: judged by the official client, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import cast

import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

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


async def test_a_stream_with_usage(client: openai.AsyncOpenAI, simulator: Simulator) -> None:
    """Role first, text, finish reason, then a chunk that only has the usage, and that is what was billed."""
    chunks = await stream(client)
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "sheep" in text
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
    text = "".join(chunk.choices[0].delta.content or "" for chunk in await stream(client) if chunk.choices)
    assert whole.choices[0].message.content == text
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
        (FaultKind.RESET, openai.APIConnectionError),
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
