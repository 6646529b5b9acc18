"""genai-prices as Drover reads it: exact, tiers and caches among it, refused where it is not whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.cost.port import PriceOrigin, Quote
from engine.cost.price import Price
from engine.cost.public_prices import public_names, public_price

DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


def priced(provider: str, model: str, at: datetime = DAY) -> Quote:
    """Return a price that is there."""
    found = public_price(provider, model, at)
    assert found is not None
    return found


def test_a_price_without_tiers() -> None:
    """$2, $0.50 from the cache, $8: writing to it, and thinking, cost as other tokens."""
    price = priced("openai", "gpt-4.1").price
    flat = Price(input=2_000_000, cached_input=500_000, cache_write=2_000_000, output=8_000_000, reasoning=8_000_000)
    assert price == flat


def test_a_price_by_the_length_of_the_call() -> None:
    """$1.25 and $10 up to 200,000 tokens, $2.50 and $15 above, the cache alike."""
    price = priced("google", "gemini-2.5-pro").price
    short, long = price.at(200_000), price.at(200_001)
    assert (short.input, short.cached_input, short.output) == (1_250_000, 125_000, 10_000_000)
    assert (long.input, long.cached_input, long.output) == (2_500_000, 250_000, 15_000_000)


def test_a_cache_that_is_written_for_more() -> None:
    """$3, $0.30, $3.75."""
    price = priced("anthropic", "claude-sonnet-4-6").price
    assert (price.input, price.cached_input, price.cache_write) == (3_000_000, 300_000, 3_750_000)


def test_it_names_its_list_its_source_and_the_name_it_goes_by_there() -> None:
    """A dated name is priced as the model it is one of, and says so."""
    dated, plain = priced("openai", "gpt-4.1-2025-04-14"), priced("openai", "gpt-4.1")
    assert (dated.listed_as, plain.listed_as) == ("gpt-4.1", "")
    assert plain.origin is PriceOrigin.PUBLIC
    assert plain.price_list.startswith("genai-prices ")
    assert plain.source.startswith("https://")


def test_by_the_hour_the_dearest_of_the_next_minutes_holds() -> None:
    """From 01:00 to 04:00 UTC twice as much is asked, and a call may wait a little before it leaves."""

    def at(hour: int, minute: int) -> int:
        return priced("deepseek", "deepseek-flash", datetime(2026, 11, 24, hour, minute, tzinfo=UTC)).price.input

    assert [at(0, 30), at(0, 50), at(1, 0), at(3, 50), at(4, 0)] == [150_000, 300_000, 300_000, 300_000, 150_000]


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("holysheep", "gpt-4.1"),
        ("openai", "no-such-model"),
        ("nobody", "gpt-4.1"),
        ("azure", "gpt-4.1"),
        ("openai", "text-embedding-3-small"),
    ],
)
def test_no_public_price(provider: str, model: str) -> None:
    """An aggregator's prices are its own, whoever else lists the model; one that writes nothing is no model to ask."""
    assert public_price(provider, model) is None


def test_names_of_models() -> None:
    """Those of a provider that it has; none of another."""
    assert "gpt-4.1" in public_names("openai")
    assert public_names("holysheep") == ()
