"""The composition root: puts an engine together from paths and settings. The one place that knows every part.

Window, command line and self-test all begin here, so that what one of them runs is what the others run.
"""

from __future__ import annotations

import functools
import logging
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import resources
from app import settings as settings_file
from app.lock import FolderLock, Owner
from app.own_facts import own_facts
from app.own_prices import LOCAL, SIMULATOR, own_prices
from app.paths import Paths
from app.redaction import Redactor
from app.secrets import Secrets
from app.settings import ProviderSettings, Settings
from engine.cost.ledger import MemoryLedger
from engine.cost.models import Models, read_tiers
from engine.cost.port import Level
from engine.cost.price_list import read_list
from engine.cost.prices import Catalogue
from engine.domain.clock import SystemClock, UlidIds
from engine.domain.errors import DroverError
from engine.domain.ids import TaskId
from engine.domain.money import parse
from engine.domain.storage import Retention
from engine.providers.directory import ConfiguredProviders, ProviderConfig
from engine.providers.local.config import LocalConfig
from engine.providers.openai_config import OpenAIConfig
from engine.providers.port import Capabilities
from engine.providers.presets import PRESETS, Preset
from engine.providers.simulated import Serving, SimulatedConfig
from engine.recipes import recipe
from engine.results.folder import ResultsFolder
from engine.runtime.parts import EngineParts
from engine.runtime.ports import Reach, unobserved
from engine.runtime.supervisor import Supervisor
from engine.simulator.config import MODELS, SimulatorConfig
from engine.store.spool_file import FileSpool
from engine.store.store import SqliteStore, open_store

logger = logging.getLogger("drover.app")

BY_NAME: Mapping[str, Preset] = {preset.name: preset for preset in PRESETS}


@dataclass(slots=True, kw_only=True)
class Program:
    """Everything but the engine: it outlives a change of the settings, the engine outlives none of its folders."""

    paths: Paths
    settings: Settings
    redactor: Redactor = field(default_factory=Redactor)
    secrets: Secrets = field(init=False)
    providers: ConfiguredProviders = field(init=False)
    prices: Catalogue = field(init=False)
    models: Models = field(init=False)
    problem: DroverError | None = None
    """Why the settings could not be read, where they could not."""
    simulator: SimulatorConfig = field(default_factory=SimulatorConfig)
    _start_simulator: Callable[[], AbstractAsyncContextManager[Serving]] = field(init=False)
    _results: ResultsFolder | None = field(init=False, default=None)
    _keys: dict[str, Callable[[], str | None]] = field(default_factory=dict[str, Callable[[], str | None]])

    def __post_init__(self) -> None:
        """Set up providers and prices."""
        self.secrets = Secrets(self.redactor)
        self._start_simulator = functools.partial(_simulator, self.simulator)
        self.providers = ConfiguredProviders()
        self.prices = Catalogue(listed=read_list(resources.prices()).quotes())
        self.models = Models(listed=read_tiers(resources.tiers()))
        self.apply(self.settings)

    @classmethod
    def load(cls, paths: Paths) -> Program:
        """Return the program with the person's settings, or with the defaults and the problem."""
        try:
            return cls(paths=paths, settings=settings_file.load(paths.settings_file))
        except DroverError as error:
            return cls(paths=paths, settings=Settings(), problem=error)

    def apply(self, settings: Settings) -> None:
        """Let settings hold from now on."""
        self.settings = settings
        self.providers.configure(self.configs())
        self.prices.own = own_prices(settings, self.simulator)
        self.models.own = own_facts(settings, self.simulator)

    def use(self, provider: ProviderSettings) -> None:
        """Set up a provider for this run."""
        self.apply(self.settings.with_provider(provider))

    def remember(self, provider: ProviderSettings) -> None:
        """Set up a provider for good, so that its tasks can be resumed; only for now where that cannot be saved."""
        settings = self.settings.with_provider(provider)
        try:
            settings_file.save(self.paths.settings_file, settings)
        except DroverError as error:
            logger.warning("provider %s holds for this run only: %s", provider.name, error)
        self.apply(settings)

    def use_simulator(self, config: SimulatorConfig) -> None:
        """Have the simulator be another one, from its next start on."""
        self.simulator = config
        self._start_simulator = functools.partial(_simulator, config)
        self.apply(self.settings)

    def configs(self) -> list[ProviderConfig]:
        """Return every provider that can be named: presets, the person's own, the local model, the simulator."""
        own = {each.name: each for each in self.settings.providers}
        names = dict.fromkeys([*BY_NAME, *own])
        hosted = [self._config(name, own.get(name)) for name in names if name not in (LOCAL, SIMULATOR)]
        local = own.get(LOCAL)
        model = Path(local.model_file) if local and local.model_file else None
        return [
            *hosted,
            LocalConfig(name=LOCAL, model=model, log=self.paths.state / "local-model.log"),
            self._simulated(),
        ]

    def _simulated(self) -> SimulatedConfig:
        models = tuple(dict.fromkeys(model.id for model in (*MODELS, *self.simulator.models)))
        capabilities = Capabilities(local=True, tells_cost=True, models=models)
        return SimulatedConfig(name=SIMULATOR, start=self._start_simulator, capabilities=capabilities)

    def _config(self, name: str, own: ProviderSettings | None) -> ProviderConfig:
        key = self._keys.setdefault(name, functools.partial(self.secrets.key, name))
        known, address = self._preset(name), own.base_url if own else ""
        config = (
            replace(known.config(key=key, base_url=address), name=name)
            if known is not None
            else OpenAIConfig(name=name, base_url=address, key=key)
        )
        if own is None:
            return config
        return replace(
            config, capabilities=limited(config.capabilities, own), transport=own.transport or config.transport
        )

    async def load_keys(self, *names: str) -> None:
        """Find the keys of these providers, or of all that are set up."""
        for name in names or tuple(each.name for each in self.settings.providers):
            own, preset = self.settings.provider(name), self._preset(name)
            named, usual = own.key_variable if own else "", preset.key_env if preset else ""
            if preset is None or preset.key_required:
                await self.secrets.load(name, named, usual)

    def usual_variable(self, name: str) -> str:
        """Return the environment variable in which a provider's key is looked for, empty where there is none."""
        own, preset = self.settings.provider(name), self._preset(name)
        return (own.key_variable if own else "") or (preset.key_env if preset else "")

    def _preset(self, name: str) -> Preset | None:
        """Return what a provider is by its setting, or by its name where it has none: not by a name that it took."""
        own = self.settings.provider(name)
        return BY_NAME.get(own.preset if own else name)

    def hold_folder(self, kind: str) -> FolderLock:
        """Return the lock of the data folder, to be entered."""
        owner = Owner(pid=os.getpid(), kind=kind, since_ms=time.time_ns() // 1_000_000)
        return FolderLock(self.paths.lock_file, owner)

    @property
    def results(self) -> Path:
        """Where answers go."""
        own = self.settings.results_folder
        return Path(own).expanduser() if own else self.paths.results

    @property
    def results_problem(self) -> str:
        """Why the last answer could not be written, in the system's words; empty when it could."""
        return self._results.problem if self._results is not None else ""

    def move_results(self, tasks: Sequence[TaskId]) -> None:
        """Let answers go to the folder that the settings name now, those of `tasks` too."""
        if self._results is not None:
            self._results.move(self.results)
            for task in tasks:
                self._results.publish(task)

    def limits(self) -> dict[Level, int | None]:
        """Return the person's limits; nothing may be spent while the settings, which may have some, are unreadable."""
        return limits(self.settings) | ({Level.EVERYTHING: 0} if self.problem is not None else {})

    async def open_engine(self, *, reach: Reach = unobserved) -> tuple[Supervisor, SqliteStore]:
        """Open the store and the engine over it; the caller holds the folder. Raises `DroverError`."""
        clock = SystemClock()
        store = await open_store(self.paths.data, clock=clock, reach=reach)
        self._results = ResultsFolder(self.results, store, recipe)
        try:
            engine = await Supervisor.open(
                EngineParts(
                    store=store,
                    ledger=MemoryLedger(),
                    prices=self.prices,
                    models=self.models,
                    providers=self.providers,
                    recipe=recipe,
                    results=self._results,
                    ids=UlidIds(clock, random.SystemRandom()),
                    rng=random.SystemRandom(),
                    clock=clock,
                    running_limit=self.settings.running_limit,
                    limits=self.limits(),
                    reach=reach,
                    redact=self.redactor,
                    spool=FileSpool(self.paths.data),
                )
            )
        except BaseException:
            await store.close()
            raise
        engine.set_retention(retention(self.settings))
        return engine, store


def limited(capabilities: Capabilities, own: ProviderSettings) -> Capabilities:
    """Return what a provider can do within the limits that the person set for it."""
    return replace(
        capabilities,
        concurrency=own.at_once or capabilities.concurrency,
        requests_per_minute=own.requests_per_minute or None,
        tokens_per_minute=own.tokens_per_minute or None,
        probe_s=own.probe_s,
    )


def retention(settings: Settings) -> Retention:
    """Return what the person lets be dropped."""
    return Retention(
        raw_days=settings.drop_raw_days or None,
        raw_megabytes=settings.drop_raw_megabytes or None,
        texts_days=settings.drop_texts_days or None,
        texts_megabytes=settings.drop_texts_megabytes or None,
    )


def _simulator(config: SimulatorConfig) -> AbstractAsyncContextManager[Serving]:
    from engine.simulator.server import Simulator  # noqa: PLC0415 - its web server is loaded when it is wanted

    return Simulator(config)


def limits(settings: Settings) -> dict[Level, int | None]:
    """Return the person's limits beyond a task's own; what cannot be read is no limit, and logged."""
    return {
        Level.DAY: _amount(settings.day_limit),
        Level.MONTH: _amount(settings.month_limit),
        Level.EVERYTHING: _amount(settings.total_limit),
    }


def _amount(text: str) -> int | None:
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        logger.warning("a limit in the settings is no amount: %s", text[:40])
        return None
