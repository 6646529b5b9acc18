"""Public prices: genai-prices, a list of some 2,000 models that comes with Drover and is read when first needed.

A model that it does not price whole (no price of output, a fee for each request) has none here: what is not known is
refused, not guessed. Where a price depends on the hour, the dearest of the next minutes holds: a call may wait a while
between its hold and its leaving.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from engine.cost.port import PriceOrigin, Quote
from engine.cost.price import Longer, Price

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider, Tier, TieredPrices

    Figure = Decimal | TieredPrices | None

logger = logging.getLogger("drover.prices")

PUBLIC = ("openai", "anthropic", "google", "deepseek", "mistral", "groq", "x-ai", "openrouter")
"""Providers whose own prices genai-prices has; an aggregator's prices are its own."""
SOON = timedelta(minutes=15)
"""What a price is looked ahead for."""
MILLION = 10**6


@cache
def _provider(name: str) -> Provider | None:
    """Return what the list has of a provider; reads the list on first use (0.1 s)."""
    if name not in PUBLIC:
        return None
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415 - a command that lists tasks never needs it

    return next((each for each in get_snapshot().providers if each.id == name), None)


@cache
def _model(provider: str, model: str) -> ModelInfo | None:
    found = _provider(provider)
    return found.find_model(model) if found is not None else None


def public_names(provider: str) -> tuple[str, ...]:
    """Return the models of a provider that the list has, without those that are used no more."""
    found = _provider(provider)
    return tuple(each.id for each in found.models if not each.deprecated) if found is not None else ()


def public_price(provider: str, model: str, at: datetime | None = None) -> Quote | None:
    """Return the price of a provider's model, or None where the list has none that is whole."""
    found = _model(provider, model)
    if found is None:
        return None
    now = at or datetime.now(UTC)
    try:
        price, later = (_price(found.get_prices(when)) for when in (now, now + SOON))
    except ValueError as error:
        logger.info("no public price for %s/%s: %s", provider, model, error)
        return None
    return Quote(
        price=price if price == later else _dearer(price, later),
        price_list=f"genai-prices {_version()}",
        origin=PriceOrigin.PUBLIC,
        source=_source(provider),
        listed_as="" if found.id == model else found.id,
    )


def public_context(provider: str, model: str) -> int | None:
    """Return how many tokens a provider's model takes in and gives out together, or None where the list has none."""
    found = _model(provider, model)
    return found.context_window if found is not None else None


def _price(prices: ModelPrice) -> Price:
    """Return pico a token, rounded up: a hold is never a part short. Raises ValueError where a call costs more."""
    kinds = (
        prices.input_mtok,
        prices.cache_read_mtok,
        prices.cache_write_mtok,
        prices.output_mtok,
        prices.output_reasoning_mtok,
    )
    if prices.input_mtok is None or prices.output_mtok is None or prices.requests_kcount is not None:
        raise ValueError("tokens in and out are not all that a call costs")
    starts = sorted({tier.start for each in kinds for tier in _tiers(each)})
    longer = (Longer(above=start, price=_rates(kinds, start + 1)) for start in starts)
    return replace(_rates(kinds, 0), longer=tuple(longer))


def _rates(kinds: Sequence[Figure], input_tokens: int) -> Price:
    """Return what holds for a call of this length; what is not stated costs as other input, as other output."""
    into, cached, written, out, thought = (_pico(each, input_tokens) for each in kinds)
    return Price(
        input=into or 0,
        cached_input=(into or 0) if cached is None else cached,
        cache_write=(into or 0) if written is None else written,
        output=out or 0,
        reasoning=(out or 0) if thought is None else thought,
    )


def _pico(figure: Figure, input_tokens: int) -> int | None:
    dollars = figure if figure is None or isinstance(figure, Decimal) else figure.base
    for tier in _tiers(figure):
        if input_tokens > tier.start:
            dollars = tier.price
    return None if dollars is None else -int(-(dollars * MILLION) // 1)


def _tiers(figure: Figure) -> Sequence[Tier]:
    return () if figure is None or isinstance(figure, Decimal) else figure.tiers


def _dearer(one: Price, other: Price) -> Price:
    """Return the dearer of two prices for each kind of token, at each length."""
    starts = sorted({each.above for price in (one, other) for each in price.longer})
    at = [_most(one.at(start), other.at(start)) for start in (0, *(start + 1 for start in starts))]
    return replace(at[0], longer=tuple(Longer(above=a, price=p) for a, p in zip(starts, at[1:], strict=True)))


def _most(one: Price, other: Price) -> Price:
    return Price(
        input=max(one.input, other.input),
        cached_input=max(one.cached_input, other.cached_input),
        cache_write=max(one.cache_write, other.cache_write),
        output=max(one.output, other.output),
        reasoning=max(one.reasoning, other.reasoning),
    )


def _source(provider: str) -> str:
    found = _provider(provider)
    return found.pricing_urls[0] if found is not None and found.pricing_urls else ""


@cache
def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only with genai-prices

    return version("genai-prices")
