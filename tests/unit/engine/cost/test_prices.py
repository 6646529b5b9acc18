"""The catalogue: whose price holds, and what has none."""

from __future__ import annotations

import pytest

import resources
from engine.cost.port import Price, Quote
from engine.cost.prices import FREE, Catalogue, public_price, read_list
from engine.domain.errors import DroverError, ErrorCode

OWN = Quote(price=Price(output=1), price_list="own")
LISTED = Quote(price=Price(output=2), price_list="listed")
PUBLIC = Quote(price=Price(output=3), price_list="public")

LIST = """
list = "test-1"
[[model]]
provider = "p"
id = "m"
aliases = ["m-latest"]
input = "1.25"
cached_input = "0.125"
output = "10"
"""


def nothing(provider: str, model: str) -> Quote | None:
    """Return no price."""
    del provider, model


def public(provider: str, model: str) -> Quote | None:
    """Return one price for everything."""
    del provider, model
    return PUBLIC


def test_the_person_s_own_price_comes_first() -> None:
    """Then a mark for the whole provider, then our list, then the public one."""
    everywhere = {("p", "m"): LISTED}
    book = Catalogue(own={("p", "m"): OWN, ("p", ""): FREE}, listed=everywhere, public=public)
    assert book.quote("p", "m") is OWN
    assert book.quote("p", "other") is FREE
    book = Catalogue(listed=everywhere, public=public)
    assert book.quote("p", "m") is LISTED
    assert book.quote("p", "other") is PUBLIC


def test_an_unknown_price_is_an_error() -> None:
    """Never a guess, never free; a name of any length is capped in it."""
    with pytest.raises(DroverError) as raised:
        Catalogue(public=nothing).quote("p", "m" * 1000)
    assert raised.value.code is ErrorCode.PRICE_UNKNOWN
    assert len(raised.value.detail) <= 200


def test_a_list_gives_every_name_its_price() -> None:
    """Dollars per million tokens become pico a token; what is not named follows from what is."""
    quotes = read_list(LIST).quotes()
    assert set(quotes) == {("p", "m"), ("p", "m-latest")}
    price = quotes["p", "m"].price
    assert (price.input, price.cached_input, price.cache_write) == (1_250_000, 125_000, 1_250_000)
    assert (price.output, price.reasoning) == (10_000_000, 10_000_000)


def test_writing_a_cache_and_reasoning_have_their_own_prices() -> None:
    """Where a list states them; a hold takes the dearer of each kind."""
    price = read_list(LIST + 'cache_write = "1.5625"\nreasoning = "12"').quotes()["p", "m"].price
    assert (price.cache_write, price.reasoning) == (1_562_500, 12_000_000)
    assert price.worst(1, 1) == 13_562_500


@pytest.mark.parametrize("text", ["", "list = 1", 'list = "x"', LIST + "\n[[model]]\nid = 1\n", "\x00"])
def test_what_is_no_list(text: str) -> None:
    """A file of something else is an error."""
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        read_list(text)


def test_our_list_is_sourced_and_dated() -> None:
    """Every price of ours says where it comes from and when."""
    ours = read_list(resources.prices())
    assert ours.model
    assert all(model.source and model.date and model.price().output > 0 for model in ours.model)


@pytest.mark.parametrize(
    ("provider", "model", "into", "cached", "out"),
    [
        ("openai", "gpt-4.1", 2_000_000, 500_000, 8_000_000),
        ("anthropic", "claude-sonnet-4-5", 6_000_000, 600_000, 22_500_000),
    ],
    ids=["one tier", "the dearest tier"],
)
def test_public_prices(provider: str, model: str, into: int, cached: int, out: int) -> None:
    """$2, $0.50, $8; and above 200,000 tokens $6, $0.60, $22.50 a million, which then bound every call."""
    found = public_price(provider, model)
    assert found is not None
    assert (found.price.input, found.price.cached_input, found.price.output) == (into, cached, out)
    assert found.price_list.startswith("genai-prices ")


@pytest.mark.parametrize(
    ("provider", "model"),
    [("holysheep", "gpt-4.1"), ("openai", "no-such-model"), ("nobody", "gpt-4.1"), ("azure", "gpt-4.1")],
)
def test_no_public_price(provider: str, model: str) -> None:
    """An aggregator's prices are its own, whatever the model is called and whoever else lists it."""
    assert public_price(provider, model) is None
