"""The catalogue: whose price holds, and what has none."""

from __future__ import annotations

import pytest

import resources
from engine.cost.port import Price, PriceOrigin, Quote
from engine.cost.price_list import read_list
from engine.cost.prices import FREE, Catalogue
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


def test_a_list_may_have_rates_of_longer_calls() -> None:
    """Past a threshold every token has other rates; thresholds rise, or the list is none."""
    longer = '[[model.longer]]\nabove = 200000\ninput = "2.50"\noutput = "15"\n'
    price = read_list(LIST + longer).quotes()["p", "m"].price
    assert price.at(200_000).input == 1_250_000
    assert (price.at(200_001).input, price.at(200_001).cached_input, price.at(200_001).output) == (
        2_500_000,
        2_500_000,
        15_000_000,
    )
    with pytest.raises(ValueError, match="200000"):
        read_list(LIST + longer + longer).quotes()


def test_a_price_names_its_origin() -> None:
    """Whose list, from where, of when, and under which of its names."""
    quotes = read_list(LIST + 'source = "p.example/prices"\ndate = "2026-11-24"').quotes()
    found = quotes["p", "m-latest"]
    assert (found.origin, found.price_list) == (PriceOrigin.DROVER, "test-1")
    assert (found.source, found.date, found.listed_as) == ("p.example/prices", "2026-11-24", "m")
    assert not quotes["p", "m"].listed_as


def test_what_lies_beneath_the_person_s_own() -> None:
    """What a model costs when its own price is taken away."""
    book = Catalogue(own={("p", "m"): OWN}, listed={("p", "m"): LISTED}, public=nothing)
    assert book.beneath("p", "m") is LISTED
    assert book.beneath("p", "other") is None
    assert Catalogue(own={("p", "m"): OWN, ("p", ""): FREE}, public=nothing).beneath("p", "m") is FREE


def test_models_are_found_by_a_part_of_their_name() -> None:
    """In every list, each once, whatever its case; a mark for a whole provider is no model."""
    names = {"openai": ("gpt-x",), "groq": ("Other",)}
    book = Catalogue(
        own={("openai", "GPT-X2"): OWN, ("p", ""): FREE},
        listed={("openai", "gpt-x"): LISTED},
        names=lambda provider: names.get(provider, ()),
    )
    assert list(book.named("gpt")) == [("openai", "GPT-X2"), ("openai", "gpt-x")]
    assert list(book.named("groq/")) == [("groq", "Other")]
