"""The prices that a person's settings state, and those that need no setting: what is free, what is simulated."""

from __future__ import annotations

import logging

import msgspec

from app.settings import ModelSettings, Settings
from engine.cost.port import PriceOrigin, Quote
from engine.cost.price_list import Key, Stated, StatedLonger, own_quote
from engine.cost.prices import FREE
from engine.providers.presets import PRESETS
from engine.simulator.config import MODELS, SimulatorConfig

logger = logging.getLogger("drover.app")

LOCAL, SIMULATOR = "local", "simulator"


def own_prices(settings: Settings, simulator: SimulatorConfig) -> dict[Key, Quote]:
    """Return them; (provider, "") holds for all models of a provider."""
    found: dict[Key, Quote] = {(LOCAL, ""): FREE}
    found |= {(preset.name, ""): FREE for preset in PRESETS if preset.free}
    for model in (*MODELS, *simulator.models):
        found[SIMULATOR, model.id] = Quote(price=model.price, price_list="simulator", origin=PriceOrigin.SIMULATOR)
    for provider in settings.providers:
        if provider.free:
            found[provider.name, ""] = FREE
        for model in provider.models:
            quote = _own(model)
            if quote is not None:
                found[provider.name, model.id] = quote
    return found


def _own(model: ModelSettings) -> Quote | None:
    """Return what a person priced a model at; None for one that is only named, and for what is no amount."""
    if model.free:
        return FREE
    if not model.input and not model.output:
        return None
    try:
        return own_quote(msgspec.convert(model, Stated, from_attributes=True), _longer(model))
    except ValueError:
        logger.warning("the price of %s in the settings is no amount", model.id[:80])
        return None


def _longer(model: ModelSettings) -> tuple[StatedLonger, ...]:
    return tuple(msgspec.convert(each, StatedLonger, from_attributes=True) for each in model.longer)
