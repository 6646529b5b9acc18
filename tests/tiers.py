"""Three models of one provider, a tier each, for tests of policies: what they cost, and how good they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.cost.models import Facts
from engine.cost.port import Quote
from engine.cost.price import Price
from engine.domain.choice import Tier
from engine.domain.errors import DroverError, ErrorCode

RATES: Mapping[str, int] = {"fast": 1, "balanced": 4, "quality": 20}
"""Pico a token, in and out."""


def price(rate: int) -> Price:
    """Return a price of one rate for everything."""
    return Price(input=rate, cached_input=rate, cache_write=rate, output=rate, reasoning=rate)


@dataclass(frozen=True, slots=True)
class ThreePrices:
    """See `PriceBook`."""

    def quote(self, provider: str, model: str) -> Quote:
        """See `PriceBook`."""
        if model not in RATES:
            raise DroverError(ErrorCode.PRICE_UNKNOWN, f"{provider}/{model}")
        return Quote(price=price(RATES[model]), price_list="three")


@dataclass(frozen=True, slots=True)
class ThreeTiers:
    """See `ModelBook`."""

    context: int = 100_000
    stated: tuple[str, ...] = tuple(RATES)

    def facts(self, provider: str, model: str) -> Facts:
        """See `ModelBook`."""
        del provider
        return Facts(tier=Tier[model.upper()], context=self.context)

    def ranked(self, provider: str) -> tuple[str, ...]:
        """See `ModelBook`."""
        del provider
        return self.stated
