"""What the window asks of the program, answered from settings and servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from app import settings as settings_file
from app.composition import Program
from app.paths import Paths
from app.window_services import Services
from engine.domain.errors import DroverError, ErrorCode
from engine.simulator.config import SimulatorConfig
from engine.simulator.server import Simulator
from ui.services import PricedModel, ProviderView


@pytest_asyncio.fixture
async def services(tmp_path: Path) -> AsyncGenerator[Services]:
    """Services over a real engine, as the window has them."""
    program = Program.load(Paths.under(tmp_path))
    engine, _ = await program.open_engine()
    made = Services(program, engine)
    yield made
    await made.finished()
    await engine.close(0.0)


def custom(address: str) -> ProviderView:
    """Return a server of the person's own."""
    priced = (PricedModel(id="m", input="0.5", output="2"),)
    return ProviderView(name="mine", title="mine", kind="custom", base_url=address, priced=priced, set_up=True)


def contents(folder: Path) -> bytes:
    """Return everything in a folder."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_what_is_saved_is_read_again(services: Services, tmp_path: Path) -> None:
    """By this program at once and by the next one from the file; presets that nobody touched stay out of it."""
    before = services.preferences()
    view = custom("https://api.example.com/v1")
    services.save(replace(before, theme="light", day_limit="3", providers=(*before.providers, view)))
    assert (services.preferences().theme, services.price("mine", "m")) == ("light", ("0.5", "2"))
    kept = settings_file.load(Paths.under(tmp_path).settings_file)
    assert (kept.day_limit, [each.name for each in kept.providers]) == ("3", ["mine"])
    assert kept.results_folder == ""


async def test_a_price_that_is_unknown_is_none(services: Services) -> None:
    """Free is "0", which is not the same."""
    assert services.price("local", "anything") == ("0", "0")
    assert services.price("mine", "no-such-model") is None


async def test_a_connection_is_tested_with_the_key_in_the_field(services: Services) -> None:
    """The right one lists the models, which can then be chosen; a wrong one says so."""
    async with Simulator(SimulatorConfig(key="sk-right")) as server:
        view = custom(server.base_url)
        assert "sim-fast" in [model.id for model in await services.test(view, "sk-right")]
        with pytest.raises(DroverError) as raised:
            await services.test(view, "sk-wrong")
    assert raised.value.code is ErrorCode.WRONG_KEY
    assert "sk-wrong" not in str(raised.value)


async def test_a_server_that_is_not_there(services: Services) -> None:
    """Is said to be unreachable; an address that is none is refused before anything is sent."""
    with pytest.raises(DroverError) as raised:
        await services.test(custom("http://127.0.0.1:9/v1"))
    assert raised.value.code is ErrorCode.UNREACHABLE
    with pytest.raises(DroverError) as raised:
        await services.test(custom("nowhere"))
    assert raised.value.code is ErrorCode.INVALID_URL


async def test_a_key_is_kept_and_its_provider_set_up(services: Services, tmp_path: Path) -> None:
    """The first one is what new tasks are offered; the key is in no file."""
    assert await services.keep_key("openai", "sk-canary-4711") == "memory"
    view = next(each for each in services.preferences().providers if each.name == "openai")
    assert (view.set_up, view.key_kept, services.preferences().default_provider) == (True, "memory", "openai")
    written = contents(tmp_path)
    assert b"openai" in written and b"canary-4711" not in written


async def test_what_is_spawned_ends_with_the_window(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    """What hangs is cancelled; what failed as engines fail is logged, and harms nothing."""
    hung = asyncio.Event()

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            hung.set()

    async def fails() -> None:
        raise DroverError(ErrorCode.UNREACHABLE, "for the test")

    services.spawn(hangs())
    services.spawn(fails())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await services.finished()
    assert hung.is_set()
    assert "not caught in the window" in caplog.text


@pytest.mark.parametrize("address", ["https://k-123456@host/v1", "https://host/v1?key=k-123456", "http://host/v1"])
async def test_an_address_with_a_key_in_it_is_not_written_down(
    services: Services, tmp_path: Path, address: str
) -> None:
    """Nor one that is spoken to in the clear; the settings stay as they were."""
    with pytest.raises(DroverError) as caught:
        services.save(replace(services.preferences(), providers=(custom(address),)))
    assert caught.value.code in (ErrorCode.INVALID_URL, ErrorCode.INSECURE_URL)
    assert "k-123456" not in str(caught.value)
    assert b"k-123456" not in contents(tmp_path)
    assert services.preferences().theme == "system"
