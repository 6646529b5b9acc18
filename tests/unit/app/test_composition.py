"""The composition root: prices that nobody gets by accident, providers by name, an engine that opens whole."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.composition import Program, limits
from app.own_prices import own_prices
from app.paths import Paths
from app.settings import ModelSettings, ProviderSettings, Settings
from engine.cost.port import Level
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import PauseReason, State
from engine.domain.task import TaskSpec
from engine.simulator.config import SimulatorConfig


def own(*models: ModelSettings) -> Settings:
    """Return settings with one provider that has these models."""
    provider = ProviderSettings(name="mine", base_url="https://x/v1", models=models)
    return Settings(providers=(provider,))


def test_settings_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """The defaults hold, the problem is kept for the window, and the file stays as it is."""
    paths = Paths.under(tmp_path)
    paths.settings_file.parent.mkdir(parents=True)
    paths.settings_file.write_text("theme = [broken")
    program = Program.load(paths)
    assert (program.problem is not None, program.settings) == (True, Settings())
    assert paths.settings_file.read_text() == "theme = [broken"


async def test_while_limits_are_unknown_nothing_is_paid(tmp_path: Path) -> None:
    """The file may have had a limit: what costs something waits for it, what is free runs."""
    paths = Paths.under(tmp_path)
    paths.settings_file.parent.mkdir(parents=True)
    paths.settings_file.write_text('day_limit = "5"\noops [')
    program = Program.load(paths)
    program.use_simulator(SimulatorConfig(speed=50))
    engine, _ = await program.open_engine()
    asked = TaskSpec(goal="g", provider="simulator", model="sim-fast", max_steps=1, max_output=8)
    (task,) = await engine.submit([asked])
    *_, last = [report async for report in engine.watch(task)]
    assert (last.state, last.reason, last.cost) == (State.PAUSED, PauseReason.BUDGET, 0)
    assert program.settings.resume_interrupted == "ask"
    await engine.close(0.0)


def test_a_name_that_a_server_took_gets_no_preset_s_key(tmp_path: Path) -> None:
    """An own server that is called like a preset, but is none, is not asked with the preset's variable."""
    taken = ProviderSettings(name="openai", base_url="http://127.0.0.1:1/v1")
    real = ProviderSettings(name="openai", preset="openai")
    for own, variable in ((taken, ""), (real, "OPENAI_API_KEY")):
        program = Program(paths=Paths.under(tmp_path), settings=Settings(providers=(own,)))
        assert program.usual_variable("openai") == variable


def test_what_is_free() -> None:
    """The local model, servers on this computer, and what the person marked; nothing else."""
    prices = own_prices(own(ModelSettings(id="a", free=True), ModelSettings(id="b")), SimulatorConfig())
    assert not prices["local", ""].price.output
    assert not prices["ollama", ""].price.output
    assert not prices["mine", "a"].price.output
    assert prices["simulator", "sim-fast"].price.output > 0
    assert ("mine", "b") not in prices
    assert ("mine", "") not in prices
    assert ("openai", "") not in prices


def test_a_price_of_the_person_s_own() -> None:
    """Dollars per million become pico per token; cached input costs as much as other input where it is not said."""
    model = ModelSettings(id="m", input="0.5", output="2")
    price = own_prices(own(model), SimulatorConfig())["mine", "m"].price
    assert (price.input, price.cached_input, price.output, price.reasoning) == (500_000, 500_000, 2_000_000, 2_000_000)


def test_an_own_price_may_state_every_kind_of_token() -> None:
    """As a list does."""
    model = ModelSettings(id="m", input="1", output="2", cached_input="0.5", cache_write="1.25", reasoning="3")
    price = own_prices(own(model), SimulatorConfig())["mine", "m"].price
    assert (price.cached_input, price.cache_write, price.reasoning) == (500_000, 1_250_000, 3_000_000)


def test_half_a_price_is_none() -> None:
    """An unknown price is refused, not guessed."""
    assert ("mine", "m") not in own_prices(own(ModelSettings(id="m", input="1")), SimulatorConfig())


def test_limits_of_the_settings() -> None:
    """Amounts in pico; what is empty or no amount limits nothing."""
    assert limits(Settings(day_limit="2.5", total_limit="100")) == {
        Level.DAY: 2_500_000_000_000,
        Level.MONTH: None,
        Level.EVERYTHING: 100 * 10**12,
    }
    assert limits(Settings(day_limit="much"))[Level.DAY] is None


def test_every_provider_can_be_named_once(tmp_path: Path) -> None:
    """Presets, the person's own, the local model, the simulator; an own address takes the preset's place."""
    settings = Settings(providers=(ProviderSettings(name="ollama", preset="ollama", base_url="http://127.0.0.1:1/v1"),))
    names = [config.name for config in Program(paths=Paths.under(tmp_path), settings=settings).configs()]
    assert {"holysheep", "openai", "ollama", "lmstudio", "local", "simulator"} <= set(names)
    assert len(names) == len(set(names))


async def test_an_engine_that_cannot_open_lets_go_of_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread of it stays, and the next one opens."""

    async def fails(_: object) -> None:
        raise DroverError(ErrorCode.STORE_DAMAGED, "for the test")

    program = Program(paths=Paths.under(tmp_path), settings=Settings())
    before = set(threading.enumerate())
    with monkeypatch.context() as patched:
        patched.setattr("app.composition.Supervisor.open", fails)
        with pytest.raises(DroverError):
            await program.open_engine()
    started = [thread for thread in threading.enumerate() if thread not in before]
    for thread in started:  # told to end; one whose store stayed open never would
        thread.join(2)
    assert not any(thread.is_alive() for thread in started)
    engine, _ = await program.open_engine()
    await engine.close(0.0)


def test_a_provider_is_remembered_or_holds_for_this_run(tmp_path: Path) -> None:
    """A settings folder that cannot be written costs the memory, not the run."""
    provider = ProviderSettings(name="mine", base_url="http://127.0.0.1:1/v1", free=True)
    program = Program(paths=Paths.under(tmp_path / "good"), settings=Settings())
    program.remember(provider)
    assert Program.load(program.paths).settings.provider("mine") == provider
    (tmp_path / "file").write_text("")
    held = Program(paths=Paths.under(tmp_path / "file"), settings=Settings())
    held.remember(provider)
    assert held.providers.get("mine") is not None
