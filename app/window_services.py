"""What the window asks of the program (`ui.services`), answered: settings, keys, connections, folders."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app import checks, provider_views
from app import settings as settings_file
from app.composition import BY_NAME, Program, limits, retention
from app.price_rows import price_rows
from app.provider_views import local_config
from app.secrets import checked
from app.settings import ProviderSettings, Settings
from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.money import MILLION, decimal
from engine.providers.directory import build, load
from engine.providers.discover import discover
from engine.providers.openai_config import OpenAIConfig
from engine.providers.port import ModelInfo, Provider
from engine.results.atomic import write_atomically
from engine.results.batch_table import Line, written
from engine.results.ledger import as_csv
from engine.runtime.supervisor import Supervisor
from ui.services import Folder, Preferences, PriceLine, ProviderView

logger = logging.getLogger("drover.app")


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
            alerts=settings.alerts,
            results_folder=str(self._program.results),
            default_provider=settings.default_provider,
            default_model=settings.default_model,
            grace_s=settings.grace_s,
            retention=retention(settings),
            providers=provider_views.views(self._program, self._listed),
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
            alerts=preferences.alerts,
            results_folder=own,
            default_provider=preferences.default_provider,
            default_model=preferences.default_model,
            grace_s=preferences.grace_s,
            drop_raw_days=preferences.retention.raw_days or 0,
            drop_raw_megabytes=preferences.retention.raw_megabytes or 0,
            drop_texts_days=preferences.retention.texts_days or 0,
            drop_texts_megabytes=preferences.retention.texts_megabytes or 0,
        )
        settings = provider_views.with_views(settings, preferences.providers)
        settings_file.save(self._program.paths.settings_file, settings)
        self._apply(settings)
        if settings.results_folder != before.results_folder:
            self._program.move_results([task.id for task in self._engine.snapshots() if task.standing.steps_done])

    def _apply(self, settings: Settings) -> None:
        self._program.apply(settings)
        self._engine.providers_changed()
        self._engine.set_running_limit(settings.running_limit)
        self._engine.set_retention(retention(settings))
        day = self._engine.totals().day
        keys = {Level.DAY: day, Level.MONTH: day[:7]}
        for level, limit in limits(settings).items():
            self._engine.set_budget(Scope(level, keys.get(level, "")), limit)

    check_address = staticmethod(checks.check_address)
    check_results = staticmethod(checks.check_results)
    check_model_file = staticmethod(checks.check_model_file)

    def check_key(self, key: str) -> None:
        """See `WindowServices`."""
        checked(key)

    def results_problem(self) -> str:
        """See `WindowServices`."""
        return self._program.results_problem

    # --- providers

    async def keep_key(self, provider: str, key: str) -> str:
        """See `WindowServices`."""
        kept = await self._program.secrets.keep(provider, key)
        self._engine.key_changed(provider)
        if self._program.settings.provider(provider) is None:
            self._remember(ProviderSettings(name=provider, preset=provider if provider in BY_NAME else "custom"))
        return str(kept)

    async def forget_key(self, provider: str) -> None:
        """See `WindowServices`."""
        await self._program.secrets.forget(provider)

    async def test(self, provider: ProviderView, key: str = "") -> tuple[ModelInfo, ...]:
        """See `WindowServices`."""
        if provider.kind == "local":
            if provider.model_file:
                await checks.check_model_file(provider.model_file)
            return await _listed_once(build(local_config(provider.model_file)))
        if provider.kind == "simulator":
            return await self._program.providers.get(provider.name).models()
        preset = BY_NAME.get(provider.name)
        used = key or self._program.secrets.key(provider.name)
        self._program.redactor.learn(used)
        if preset is not None:
            config = preset.config(key=lambda: used, base_url=provider.base_url)
        else:
            config = OpenAIConfig(name=provider.name, base_url=provider.base_url, key=lambda: used)
        models = await _listed_once(build(config))
        self._listed[provider.name] = tuple(model.id for model in models)
        return models

    async def find_servers(self) -> tuple[ProviderView, ...]:
        """See `WindowServices`."""
        await asyncio.to_thread(load)  # on the loop it would be half a second without a frame
        found = await discover()
        for server in found:
            self._listed[server.preset.name] = tuple(model.id for model in server.models)
        return tuple(provider_views.view(self._program, server.preset.name, self._listed) for server in found)

    def price(self, provider: str, model: str) -> tuple[str, str] | None:
        """See `WindowServices`."""
        try:
            price = self._program.prices.quote(provider, model).price
        except DroverError:
            return None
        return _dollars(price.input), _dollars(price.output)

    async def prices(self, text: str) -> tuple[PriceLine, ...]:
        """See `WindowServices`."""
        used = [(r.provider, r.model) for task in self._engine.snapshots() for r in task.spec.routes]
        spent = [(row.provider, row.model) for row in (await self._engine.outlays()).rows]
        keys = dict.fromkeys([*used, *spent])
        rows = await asyncio.to_thread(price_rows, self._program.prices, keys, text)
        return tuple(provider_views.price_line(row) for row in rows)

    def _remember(self, provider: ProviderSettings) -> None:
        settings = self._program.settings.with_provider(provider)
        if not settings.default_provider:
            settings = msgspec.structs.replace(settings, default_provider=provider.name)
        settings_file.save(self._program.paths.settings_file, settings)
        self._program.apply(settings)

    # --- the rest

    def tells_cost(self, provider: str, request: str) -> bool:
        """See `WindowServices`."""
        try:
            return self._program.providers.get(provider).capabilities.can_tell(request)
        except DroverError:  # it is not set up any more
            return False

    async def export_ledger(self, file: Path) -> int:
        """See `WindowServices`."""
        entries = [entry async for entry in self._engine.ledger_entries()]
        try:
            await write_atomically(file, as_csv(entries))
        except OSError as error:
            raise DroverError(ErrorCode.FILE_NOT_WRITTEN, f"{file}: {error}") from error
        return len(entries)

    async def export_batch(
        self, lines: Sequence[Line], columns: Sequence[str], form: str, file: Path, *, told: str
    ) -> None:
        """See `WindowServices`."""
        try:
            await write_atomically(file, written(lines, columns, form, told))
        except OSError as error:
            raise DroverError(ErrorCode.FILE_NOT_WRITTEN, f"{file}: {error}") from error

    def folder(self, which: Folder) -> Path:
        """See `WindowServices`."""
        paths = self._program.paths
        return {"data": paths.data, "config": paths.config, "state": paths.state, "results": self._program.results}[
            which
        ]

    def open_path(self, path: Path) -> bool:
        """See `WindowServices`. A folder that is not there yet is made, so that something opens."""
        if not path.exists() and not path.suffix:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

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


async def _listed_once(asked: Provider) -> tuple[ModelInfo, ...]:
    try:
        return await asked.models()
    finally:
        await asked.close()


def _dollars(pico_a_token: int) -> str:
    dollars: Decimal = decimal(pico_a_token * MILLION).normalize()
    return f"{dollars:f}"
