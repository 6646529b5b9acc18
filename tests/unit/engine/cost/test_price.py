"""Prices of calls: the worst one bounds every real one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.cost.port import Price
from engine.domain.usage import Usage

AMOUNT = st.integers(0, 10**9)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """Draw a price whose cached input is no dearer than fresh input."""
    into, cached, out = draw(AMOUNT), draw(AMOUNT), draw(AMOUNT)
    return Price(input=into, cached_input=min(cached, into), cache_write=into, output=out, reasoning=out)


@given(prices(), st.integers(0, 10**6), st.integers(0, 10**6), st.data())
def test_no_usage_within_its_bounds_costs_more_than_the_worst(
    price: Price, into: int, out: int, data: st.DataObject
) -> None:
    """Whatever is cached or thought about."""
    used_in, used_out = data.draw(st.integers(0, into)), data.draw(st.integers(0, out))
    usage = Usage(
        input=used_in,
        cached=data.draw(st.integers(0, used_in)),
        output=used_out,
        reasoning=data.draw(st.integers(0, used_out)),
    )
    assert price.cost(usage) <= price.worst(into, out)


def test_each_token_has_its_own_price() -> None:
    """Cached input is part of input, reasoning part of output."""
    price = Price(input=1, cached_input=10, cache_write=100, output=1000, reasoning=10_000)
    assert price.cost(Usage(input=3, cached=1, output=3, reasoning=1)) == 2 + 10 + 2000 + 10_000
    assert price.worst(1, 1) == 100 + 10_000
