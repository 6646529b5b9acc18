"""What is known of models besides their prices: how good they are, and how much they can read.

The person's own word goes first, then Drover's list (`resources/tiers.toml`), then, for contexts, genai-prices. Nothing
measures how good a model is: a tier is a judgement, and one that nobody stated is the middle one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from engine.cost.price_list import Key
from engine.cost.public_prices import public_context
from engine.domain.choice import Tier

USUAL_CONTEXT = 128_000
"""Tokens, where nobody states any: what most models of today hold at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Of one model."""

    tier: Tier = Tier.BALANCED
    context: int = USUAL_CONTEXT
    """Tokens of input and output together."""
    sure: bool = False
    """Whether somebody stated that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a source says of a model; None is nothing."""

    tier: Tier | None = None
    context: int | None = None


class ModelBook(Protocol):
    """What models are."""

    def facts(self, provider: str, model: str) -> Facts:
        """Return what is known of a model, or what is usual."""
        ...

    def ranked(self, provider: str) -> Sequence[str]:
        """Return the models of a provider whose tier somebody stated."""
        ...


class Unknown:
    """A `ModelBook` that knows nothing."""

    def facts(self, provider: str, model: str) -> Facts:
        """See `ModelBook`."""
        del provider, model
        return Facts()

    def ranked(self, provider: str) -> Sequence[str]:
        """See `ModelBook`."""
        del provider
        return ()


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A provider in Drover's list."""

    fast: tuple[str, ...] = ()
    balanced: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    context: dict[str, int] = {}


def read_tiers(text: str) -> dict[Key, Known]:
    """Return Drover's list from TOML; raises ValueError where it is none."""
    return {
        (provider, model): Known(tier=tier, context=listed.context.get(model))
        for provider, listed in msgspec.convert(tomllib.loads(text), dict[str, _Listed]).items()
        for tier, models in zip(Tier, (listed.fast, listed.balanced, listed.quality), strict=True)
        for model in models
    }


@dataclass(slots=True, kw_only=True)
class Models:
    """See `ModelBook`."""

    own: Mapping[Key, Known] = field(default_factory=dict[Key, Known])
    """The person's own word, and what needs no setting."""
    listed: Mapping[Key, Known] = field(default_factory=dict[Key, Known])
    public: Callable[[str, str], int | None] = public_context

    def facts(self, provider: str, model: str) -> Facts:
        """See `ModelBook`."""
        own, listed = (source.get((provider, model), Known()) for source in (self.own, self.listed))
        tiers = (each.tier for each in (own, listed) if each.tier is not None)
        context = own.context or listed.context or self.public(provider, model)
        return Facts(tier=next(tiers, Tier.BALANCED), context=context or USUAL_CONTEXT, sure=bool(context))

    def ranked(self, provider: str) -> Sequence[str]:
        """See `ModelBook`."""
        stated = {key: known for source in (self.listed, self.own) for key, known in source.items()}
        return [model for (of, model), known in stated.items() if of == provider and known.tier is not None]
