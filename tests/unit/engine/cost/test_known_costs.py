"""What calls of some hundred models cost, against a second library's rates: to the last picodollar.

The rows are a table that nothing here made (see its head); where the two libraries disagree, the row says who is right
and why. The libraries are held against each other at one moment, so that a change of a price changes nothing here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import resources
from engine.cost.price_list import read_list
from engine.cost.prices import Catalogue
from engine.cost.public_prices import public_price
from engine.domain.money import PICO
from engine.domain.usage import Usage

TABLE = json.loads((Path(__file__).parents[3] / "fixtures" / "prices" / "costs.json").read_text())
AT = datetime(2026, 10, 26, 12, tzinfo=UTC)
BOOK = Catalogue(
    listed=read_list(resources.prices()).quotes(), public=lambda provider, model: public_price(provider, model, AT)
)


def cost(provider: str, model: str, *tokens: str) -> int:
    """Return what Drover counts for a call, in pico."""
    into, cached, written, out = map(int, tokens)
    usage = Usage(input=into, cached=cached, written=written, output=out)
    return BOOK.quote(provider, model).price.cost(usage)


def pico(dollars: str) -> int:
    """Return an amount that must be exact."""
    exact = Decimal(dollars) * PICO
    assert exact == int(exact)
    return int(exact)


@pytest.mark.parametrize("row", TABLE["rows"], ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}")
def test_a_known_cost(row: list[str]) -> None:
    """Cached and written input, and lengths at and past each threshold."""
    provider, model, into, cached, written, out, dollars, source = row
    assert source
    assert cost(provider, model, into, cached, written, out) == pico(dollars)


@pytest.mark.parametrize("row", TABLE["disagreements"], ids=lambda row: f"{row[0]}-{row[1]}")
def test_where_the_libraries_disagree(row: list[str]) -> None:
    """Ours is what is right, and the row says why; the other figure is another one."""
    provider, model, into, cached, written, out, theirs, dollars, right, why = row
    assert right == "ours"
    assert why
    assert cost(provider, model, into, cached, written, out) == pico(dollars) != pico(theirs)


def test_the_table_is_of_many_models_with_tiers_and_caches() -> None:
    """At least 50 of them, a dozen with rates of longer calls."""
    models = {(row[0], row[1]) for row in TABLE["rows"]}
    longer = {(row[0], row[1]) for row in TABLE["rows"] if row[2] > 100_000}
    cached = {key for key in models if BOOK.quote(*key).price.cached_input < BOOK.quote(*key).price.input}
    written = {key for key in models if BOOK.quote(*key).price.cache_write > BOOK.quote(*key).price.input}
    assert len(models) >= 50
    assert min(len(longer), len(written)) >= 12
    assert len(cached) >= 50
