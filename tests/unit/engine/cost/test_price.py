"""Prices of calls: the worst one bounds every real one."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from engine.cost.price import Longer, Price
from engine.domain.usage import Usage

AMOUNT = st.integers(0, 10**9)


RATES = st.builds(
    Price, input=AMOUNT, cached_input=AMOUNT, cache_write=AMOUNT, output=AMOUNT, reasoning=AMOUNT, longer=st.just(())
)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """Draw any price, with any rates of longer calls, cheaper ones too."""
    starts = sorted(draw(st.sets(st.integers(1, 10**6), max_size=3)))
    longer = tuple(Longer(above=start, price=draw(RATES)) for start in starts)
    return dataclasses.replace(draw(RATES), longer=longer)


@given(prices(), st.integers(0, 10**6), st.integers(0, 10**6), st.data())
def test_no_usage_within_its_bounds_costs_more_than_the_worst(
    price: Price, into: int, out: int, data: st.DataObject
) -> None:
    """Whatever is cached, written to a cache or thought about, and whichever rates its length has."""
    used_in, used_out = data.draw(st.integers(0, into)), data.draw(st.integers(0, out))
    cached = data.draw(st.integers(0, used_in))
    usage = Usage(
        input=used_in,
        cached=cached,
        written=data.draw(st.integers(0, used_in - cached)),
        output=used_out,
        reasoning=data.draw(st.integers(0, used_out)),
    )
    assert price.cost(usage) <= price.worst(into, out)


def test_each_token_has_its_own_price() -> None:
    """Cached and written input are parts of input, reasoning of output."""
    price = Price(input=1, cached_input=10, cache_write=100, output=1000, reasoning=10_000)
    assert price.cost(Usage(input=4, cached=1, written=1, output=3, reasoning=1)) == 2 + 10 + 100 + 2000 + 10_000
    assert price.worst(1, 1) == 100 + 10_000


def test_past_a_threshold_every_token_has_other_rates() -> None:
    """The last one that the input is above holds for all of it; exactly at it, the one before."""
    price = Price(
        input=1,
        output=2,
        longer=(Longer(above=10, price=Price(input=3, output=4)), Longer(above=20, price=Price(input=5, output=6))),
    )
    costs = [price.cost(Usage(input=into, output=1)) for into in (10, 11, 20, 21)]
    assert costs == [10 + 2, 33 + 4, 60 + 4, 105 + 6]
    assert [price.worst(into, 1) for into in (10, 11, 20, 21)] == costs


def test_a_bound_takes_the_dearest_rates_that_may_be_met() -> None:
    """Where longer calls are cheaper, a shorter one may still be what is made."""
    price = Price(input=9, output=1, longer=(Longer(above=10, price=Price(input=1, output=7)),))
    assert price.worst(10, 1) == 90 + 1
    assert price.worst(11, 1) == 99 + 7
