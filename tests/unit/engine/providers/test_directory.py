"""Providers by name, built late and exchanged while tasks run."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.providers.directory import ConfiguredProviders
from engine.providers.local.config import LocalConfig
from engine.providers.local.provider import LocalModelProvider
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.port import ProviderError
from engine.providers.simulated import Serving, SimulatedConfig, SimulatedProvider
from tests.wire import REQUEST

ONE = OpenAIConfig(name="one", base_url="http://127.0.0.1:1/v1")


def never() -> AbstractAsyncContextManager[Serving]:
    """A simulator that must not be started."""
    raise AssertionError


async def test_each_kind_is_built_when_it_is_asked_for() -> None:
    """Nothing is started, and the same provider comes again."""
    directory = ConfiguredProviders([ONE, LocalConfig(), SimulatedConfig(start=never)])
    assert isinstance(directory.get("one"), OpenAIProvider)
    assert isinstance(directory.get("local"), LocalModelProvider)
    assert isinstance(directory.get("simulator"), SimulatedProvider)
    assert directory.get("one") is directory.get("one")
    assert directory.names() == ("one", "local", "simulator")
    await directory.close()


async def test_an_unknown_name() -> None:
    """Nobody set it up."""
    with pytest.raises(DroverError) as caught:
        ConfiguredProviders().get("x")
    assert caught.value.code is ErrorCode.UNKNOWN_PROVIDER


async def test_a_bad_address_is_refused_when_it_is_used() -> None:
    """The others work all the same."""
    directory = ConfiguredProviders([ONE, OpenAIConfig(name="bad", base_url="http://example.org")])
    assert directory.get("one").name == "one"
    with pytest.raises(DroverError) as caught:
        directory.get("bad")
    assert caught.value.code is ErrorCode.INSECURE_URL
    await directory.close()


async def test_a_change_replaces_what_changed_and_nothing_else() -> None:
    """What runs on the old provider goes on; new requests take the new one."""
    directory = ConfiguredProviders([ONE, LocalConfig()])
    one, local = directory.get("one"), directory.get("local")
    directory.configure([OpenAIConfig(name="one", base_url="http://127.0.0.1:2/v1"), LocalConfig()])
    assert directory.get("one") is not one
    assert directory.get("local") is local
    await directory.close()


async def test_a_local_model_that_is_replaced_ends() -> None:
    """Two of them would take the memory of two."""
    directory = ConfiguredProviders([LocalConfig()])
    before = directory.get("local")
    directory.configure([LocalConfig(context=512)])
    after = directory.get("local")
    await directory.close()
    assert before is not after
    for provider in (before, after):
        with pytest.raises(ProviderError) as caught:
            await provider.prepare(replace(REQUEST, model=LocalConfig().model_id))
        assert caught.value.code is ErrorCode.UNREACHABLE


async def test_what_is_taken_out_is_unknown() -> None:
    """A provider that is no longer set up cannot be asked for."""
    directory = ConfiguredProviders([ONE])
    directory.get("one")
    directory.configure([])
    with pytest.raises(DroverError):
        directory.get("one")
    await directory.close()


async def test_one_that_fails_to_close_does_not_keep_others_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """All are closed, and the failure is not hidden."""
    directory = ConfiguredProviders([ONE, OpenAIConfig(name="two", base_url="http://127.0.0.1:2/v1")])
    closed: list[str] = []

    async def close(self: OpenAIProvider) -> None:
        closed.append(self.name)
        if self.name == "one":
            raise OSError("broken")

    monkeypatch.setattr(OpenAIProvider, "close", close)
    directory.get("one")
    directory.get("two")
    with pytest.raises(OSError, match="broken"):
        await directory.close()
    assert closed == ["one", "two"]
