"""Candidates are laid out once: what others beat in everything is not looked at again."""

from __future__ import annotations

from dataclasses import replace

from engine.cost.price import Longer, Price
from engine.cost.routing.port import Candidate, Load
from engine.cost.routing.table import Shelf, Table, Work
from engine.domain.choice import Tier

ONE = Candidate(provider="p", model="one", tier=Tier.FAST, price=Price(input=2, output=2), context_limit=100)
LOAD = Load(input=10, output=10, most_input=10, most_output=10)
WORK = Work.of(LOAD, 1)


def room(tokens: int) -> Load:
    """Return a load that needs so much context."""
    return replace(LOAD, input=tokens - LOAD.most_output)


def cheapest(shelf: Shelf, floor: Tier = Tier.FAST, work: Work = WORK) -> str:
    """Return whose work costs least."""
    return shelf.cheapest(floor, work)[2].model


def test_a_shelf_has_those_whose_context_and_tier_suffice() -> None:
    """And there is none where nobody's does."""
    better = replace(ONE, model="better", tier=Tier.QUALITY, context_limit=200)
    table = Table([ONE, better])
    shelves = [
        table.shelf(room(*each), tier) for *each, tier in ((100, Tier.FAST), (101, Tier.FAST), (9, Tier.BALANCED))
    ]
    assert [set(shelf.by_key) if shelf else None for shelf in shelves] == [
        {("p", "one"), ("p", "better")},
        {("p", "better")},
        {("p", "better")},
    ]
    assert table.shelf(room(201), Tier.FAST) is None
    assert table.largest == 200


def test_a_shelf_is_made_once_for_all_steps_that_need_as_much() -> None:
    """101 to 200 tokens leave the same candidates."""
    table = Table([ONE, replace(ONE, model="wide", context_limit=200)])
    assert table.shelf(room(101), Tier.FAST) is table.shelf(room(200), Tier.FAST)
    assert table.shelf(room(101), Tier.FAST) is not table.shelf(room(100), Tier.FAST)


def test_the_cheapest_hangs_on_what_is_read_and_written() -> None:
    """Cheap to read, cheap to write, and in between neither."""
    reads = replace(ONE, model="reads", price=Price(input=1, output=9))
    writes = replace(ONE, model="writes", price=Price(input=9, output=1))
    shelf = Shelf([ONE, reads, writes], LOAD)
    much = (
        Load(input=100, output=1, most_input=1, most_output=1),
        Load(input=1, output=100, most_input=1, most_output=1),
    )
    assert [cheapest(shelf, work=Work.of(load, 1)) for load in (*much, LOAD)] == ["reads", "writes", "one"]


def test_failures_are_counted() -> None:
    """Half of the calls paid for nothing is twice the price."""
    flaky = replace(ONE, model="flaky", price=Price(input=1, output=1), failures=600)
    assert cheapest(Shelf([flaky, ONE], LOAD)) == "one"
    assert cheapest(Shelf([replace(flaky, failures=400), ONE], LOAD)) == "flaky"


def test_of_equals_the_better_then_the_faster_then_the_first_by_name() -> None:
    """Whatever order they came in."""
    twin, quick = replace(ONE, model="another"), replace(ONE, model="quick", speed=1)
    good = replace(ONE, model="good", tier=Tier.BALANCED)
    for order in (1, -1):
        assert cheapest(Shelf([ONE, twin][::order], LOAD)) == "another"
        assert cheapest(Shelf([ONE, quick][::order], LOAD)) == "quick"
        assert cheapest(Shelf([quick, good][::order], LOAD)) == "good"


def test_the_safest_is_by_the_dearest_of_each_price() -> None:
    """Reasoning may be billed above output, writing the cache above reading: a bound counts the dearest."""
    thinks = replace(ONE, model="thinks", price=Price(input=1, output=1, reasoning=9))
    assert Shelf([thinks, ONE], LOAD).safest(LOAD) == ONE
    assert Shelf([thinks, ONE], LOAD).safest(replace(LOAD, most_output=0)) == thinks


def test_rates_are_those_of_a_call_so_long() -> None:
    """Past its threshold a model asks more of every token: another shelf, where it is not the cheapest any more."""
    longer = replace(ONE.price, input=1, longer=(Longer(above=10, price=Price(input=9, output=9)),))
    steep = replace(ONE, model="steep", price=longer)
    table = Table([ONE, steep])
    short, long = table.shelf(LOAD, Tier.FAST), table.shelf(replace(LOAD, input=11), Tier.FAST)
    assert short is not None and long is not None
    assert (cheapest(short), cheapest(long)) == ("steep", "one")
    bound = table.shelf(replace(LOAD, most_input=11), Tier.FAST)
    assert bound is not None
    assert bound.safest(replace(LOAD, most_input=11)) == ONE
