"""How good models are by the person's settings, and those that need no setting: the simulated ones."""

from __future__ import annotations

from app.own_prices import SIMULATOR
from app.settings import Settings
from engine.cost.models import Known
from engine.cost.price_list import Key
from engine.domain.choice import Tier
from engine.simulator.config import MODELS, SimulatorConfig


def own_facts(settings: Settings, simulator: SimulatorConfig) -> dict[Key, Known]:
    """Return them; what the person does not say of a model is None."""
    found = {
        (SIMULATOR, model.id): Known(tier=model.tier, context=model.context) for model in (*MODELS, *simulator.models)
    }
    for provider in settings.providers:
        for model in provider.models:
            tier = Tier[model.tier.upper()] if model.tier else None
            found[provider.name, model.id] = Known(tier=tier, context=model.context)
    return found
