"""What models cost: the person's own prices first, then Drover's list, then genai-prices. Unknown is an error.

Where a source has prices by context length, the dearest holds: a hold is a promise, and a discount breaks none.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

import msgspec

from engine.cost.port import Price, Quote
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.money import per_million

logger = logging.getLogger("drover.prices")

FREE = Quote(price=Price(), price_list="free")

Key = tuple[str, str]
"""(provider, model)."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A model in a price list: dollars per million tokens, as text."""

    provider: str
    id: str
    input: str
    output: str
    cached_input: str = ""
    cache_write: str = ""
    reasoning: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""
    date: str = ""

    def price(self) -> Price:
        """Return pico a token; raises ValueError."""
        return stated(self.input, self.output, self.cached_input, self.cache_write, self.reasoning)


def stated(into: str, out: str, cached: str = "", written: str = "", reasoning: str = "") -> Price:
    """Return the price of dollars per million tokens; what is not stated costs as other input, as other output.

    Raises ValueError.
    """
    price_in, price_out = per_million(into), per_million(out)
    return Price(
        input=price_in,
        cached_input=per_million(cached) if cached else price_in,
        cache_write=per_million(written) if written else price_in,
        output=price_out,
        reasoning=per_million(reasoning) if reasoning else price_out,
    )


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """A file of prices."""

    list: str
    model: tuple[Listed, ...]

    def quotes(self) -> dict[Key, Quote]:
        """Return all of them, by every name a model has."""
        return {
            (each.provider, name): Quote(price=each.price(), price_list=self.list)
            for each in self.model
            for name in (each.id, *each.aliases)
        }


def read_list(text: str) -> PriceList:
    """Return a price list from TOML; raises ValueError where it is none."""
    return msgspec.convert(tomllib.loads(text), PriceList)


PUBLIC = frozenset({"openai", "anthropic", "google", "deepseek", "mistral", "groq", "x-ai", "openrouter"})
"""Providers whose own prices genai-prices has; an aggregator's prices are its own."""


@cache
def public_price(provider: str, model: str) -> Quote | None:
    """Return the price of a provider's model by genai-prices, or None; imports it on first use (0.1 s)."""
    if provider not in PUBLIC:
        return None
    import genai_prices  # noqa: PLC0415 - 2,330 models that a command which lists tasks never needs
    from genai_prices import Usage as PublicUsage  # noqa: PLC0415

    def dollars(**tokens: int) -> Decimal:
        result = genai_prices.calc_price(PublicUsage(**tokens), model, provider_id=provider)
        return result.total_price

    try:
        into = _pico(dollars(input_tokens=MANY))
        cached = _pico(dollars(input_tokens=MANY, cache_read_tokens=MANY))
        written = _pico(dollars(input_tokens=MANY, cache_write_tokens=MANY))
        out = _pico(dollars(input_tokens=MANY, output_tokens=MANY) - dollars(input_tokens=MANY))
    except (LookupError, ValueError) as error:
        logger.info("no public price for %s/%s: %s", provider, model, error)
        return None
    price = Price(input=into, cached_input=cached, cache_write=max(into, written), output=out, reasoning=out)
    return Quote(price=price, price_list=f"genai-prices {_version()}")


MANY = 10**6
"""Tokens to ask a price for: above every tier's threshold, where the dearest holds."""


def _pico(dollars_for_many: Decimal) -> int:
    """Round up: a hold is never a fraction short."""
    return -int(-(dollars_for_many * MANY) // 1)


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - only with genai-prices

    return version("genai-prices")


@dataclass(slots=True, kw_only=True)
class Catalogue:
    """See `engine.cost.port.PriceBook`."""

    own: Mapping[Key, Quote] = field(default_factory=dict[Key, Quote])
    """The person's own prices and marks of "free"; (provider, "") holds for all of a provider's models."""
    listed: Mapping[Key, Quote] = field(default_factory=dict[Key, Quote])
    public: Callable[[str, str], Quote | None] = public_price

    def quote(self, provider: str, model: str) -> Quote:
        """See `PriceBook`."""
        for found in self._found(provider, model):
            if found is not None:
                return found
        raise DroverError(ErrorCode.PRICE_UNKNOWN, f"{provider}/{model}"[:200])

    def _found(self, provider: str, model: str) -> Iterable[Quote | None]:
        yield self.own.get((provider, model))
        yield self.own.get((provider, ""))
        yield self.listed.get((provider, model))
        yield self.public(provider, model)
