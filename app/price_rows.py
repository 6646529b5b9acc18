"""What models cost, as lines for window and command line: those in use, or those whose name has a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from engine.cost.port import Quote
from engine.cost.price import Price
from engine.cost.price_list import Key
from engine.cost.prices import Catalogue
from engine.domain.errors import DroverError
from engine.domain.money import MILLION, decimal

MOST = 500
"""Lines at most: a search that finds more is narrowed by who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A model, what it costs, and what it would cost without a price of the person's own."""

    provider: str
    model: str
    quote: Quote | None
    beneath: Quote | None = None


def price_rows(book: Catalogue, used: Iterable[Key], text: str = "") -> list[PriceRow]:
    """Return the models in use, and with a text all that are known whose name has it; those in use come first."""
    wanted = text.strip().casefold()
    own = (key for key in book.own if key[1] and key[0] != "simulator")
    in_use = [key for key in dict.fromkeys((*used, *own)) if wanted in f"{key[0]}/{key[1]}".casefold()]
    found = (*in_use, *islice(book.named(wanted), MOST)) if wanted else in_use
    return [_row(book, *key) for key in islice(dict.fromkeys(found), MOST)]


def _row(book: Catalogue, provider: str, model: str) -> PriceRow:
    try:
        quote = book.quote(provider, model)
    except DroverError:
        quote = None
    return PriceRow(provider=provider, model=model, quote=quote, beneath=book.beneath(provider, model))


def dollars(pico_a_token: int) -> str:
    """Return dollars per million tokens, exactly."""
    return f"{decimal(pico_a_token * MILLION).normalize():f}"


def figures(price: Price) -> dict[str, str]:
    """Return what each kind of token costs, in dollars per million."""
    return {
        "input": dollars(price.input),
        "cached_input": dollars(price.cached_input),
        "cache_write": dollars(price.cache_write),
        "output": dollars(price.output),
        "reasoning": dollars(price.reasoning),
    }
