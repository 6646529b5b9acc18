"""How good models are, and how much they read: the person's word first, then the list, then what is public."""

from __future__ import annotations

import resources
from engine.cost.models import USUAL_CONTEXT, Facts, Known, Models, read_tiers
from engine.cost.price_list import read_list
from engine.cost.prices import Catalogue
from engine.cost.public_prices import public_context
from engine.domain.choice import Tier
from engine.domain.errors import DroverError

LISTED = {("p", "m"): Known(tier=Tier.FAST, context=1_000), ("p", "n"): Known(tier=Tier.QUALITY)}


def test_the_person_s_word_goes_first() -> None:
    """Tier and context each by itself."""
    models = Models(own={("p", "m"): Known(tier=Tier.QUALITY)}, listed=LISTED, public=lambda _provider, _model: 7)
    assert models.facts("p", "m") == Facts(tier=Tier.QUALITY, context=1_000, sure=True)
    assert models.facts("p", "n") == Facts(tier=Tier.QUALITY, context=7, sure=True)


def test_what_nobody_stated_is_usual() -> None:
    """The middle tier, and what most models hold."""
    models = Models(public=lambda _provider, _model: None)
    assert models.facts("p", "x") == Facts(tier=Tier.BALANCED, context=USUAL_CONTEXT)


def test_only_models_whose_tier_is_stated_are_chosen_from() -> None:
    """A model that the person priced and said nothing else of is none of them."""
    models = Models(own={("p", "own"): Known(context=9), ("p", "mine"): Known(tier=Tier.FAST)}, listed=LISTED)
    assert list(models.ranked("p")) == ["m", "n", "mine"]
    assert list(models.ranked("q")) == []


def test_contexts_are_those_of_the_public_list() -> None:
    """Of providers whose own prices it has; an aggregator's models are its own."""
    assert public_context("openai", "gpt-4.1") == 1_000_000
    assert public_context("holysheep", "gpt-4.1") is None
    assert public_context("openai", "no such model") is None


def test_every_model_of_the_list_has_a_price() -> None:
    """Else it could never be chosen."""
    book = Catalogue(listed=read_list(resources.prices()).quotes())
    listed = read_tiers(resources.tiers())
    assert {tier for (provider, _), known in listed.items() if provider == "holysheep" for tier in [known.tier]} == set(
        Tier
    )
    for provider, model in listed:
        try:
            assert book.quote(provider, model).price.output > 0
        except DroverError:
            raise AssertionError(f"{provider}/{model} has no price") from None
