"""Price lists as text: Drover's own file, and what a person sets. Dollars per million tokens, as exact decimals."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from engine.cost.port import PriceOrigin, Quote
from engine.cost.price import Longer, Price
from engine.domain.money import per_million

Key = tuple[str, str]
"""(provider, model)."""

KINDS = ("input", "cached_input", "cache_write", "output", "reasoning")
"""Of tokens, in the order in which prices are written."""


class Stated(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Dollars per million tokens; what is not stated costs as other input, as other output."""

    input: str = ""
    cached_input: str = ""
    cache_write: str = ""
    output: str = ""
    reasoning: str = ""

    def price(self) -> Price:
        """Return pico a token; raises ValueError."""
        into, out = per_million(self.input), per_million(self.output)
        return Price(
            input=into,
            cached_input=per_million(self.cached_input) if self.cached_input else into,
            cache_write=per_million(self.cache_write) if self.cache_write else into,
            output=out,
            reasoning=per_million(self.reasoning) if self.reasoning else out,
        )

    def written(self) -> str:
        """Return it as text on one line: "2/0.5//8/", what is not stated left out."""
        return "/".join(getattr(self, kind) for kind in KINDS)


class StatedLonger(Stated, frozen=True, kw_only=True, omit_defaults=True):
    """Prices of calls whose input is above so many tokens."""

    above: int


class Listed(Stated, frozen=True, kw_only=True):
    """A model in a price list."""

    provider: str
    id: str
    longer: tuple[StatedLonger, ...] = ()
    aliases: tuple[str, ...] = ()
    source: str = ""
    date: str = ""

    def quote(self, price_list: str, name: str) -> Quote:
        """Return its price under one of its names; raises ValueError."""
        return Quote(
            price=with_longer(self.price(), self.longer),
            price_list=price_list,
            origin=PriceOrigin.DROVER,
            source=self.source,
            date=self.date,
            listed_as="" if name == self.id else self.id,
        )


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """A file of prices."""

    list: str
    model: tuple[Listed, ...]

    def quotes(self) -> dict[Key, Quote]:
        """Return all of them, by every name a model has."""
        return {
            (each.provider, name): each.quote(self.list, name)
            for each in self.model
            for name in (each.id, *each.aliases)
        }


def with_longer(price: Price, longer: Sequence[StatedLonger]) -> Price:
    """Return a price with its rates of longer calls; raises ValueError for thresholds that do not rise from above 0."""
    thresholds = [each.above for each in longer]
    if thresholds != sorted(set(thresholds)) or any(each <= 0 for each in thresholds):
        raise ValueError(thresholds)
    return replace(price, longer=tuple(Longer(above=each.above, price=each.price()) for each in longer))


def read_list(text: str) -> PriceList:
    """Return a price list from TOML; raises ValueError where it is none."""
    return msgspec.convert(tomllib.loads(text), PriceList)


def own_quote(stated: Stated, longer: Sequence[StatedLonger] = ()) -> Quote:
    """Return a person's own price; its list is named by its figures, so that it can be told when it is another one.

    Raises ValueError.
    """
    parts = [stated.written(), *(f">{each.above} {each.written()}" for each in longer)]
    return Quote(price=with_longer(stated.price(), longer), price_list=f"own {' '.join(parts)}")
