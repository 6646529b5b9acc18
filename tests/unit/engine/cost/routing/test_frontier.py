"""What can be best for some step is kept, the rest is not looked at again."""

from __future__ import annotations

from dataclasses import replace

from engine.cost.port import Price
from engine.cost.routing.frontier import frontier
from engine.cost.routing.port import Candidate
from engine.domain.choice import Tier

ONE = Candidate(provider="p", model="one", tier=Tier.FAST, price=Price(input=2, output=2), context_limit=100)


def test_what_is_dearer_and_no_better_is_dropped() -> None:
    """Unless it is to be kept: it may have a cache."""
    dear = replace(ONE, model="dear", price=Price(input=2, output=3))
    assert frontier([dear, ONE]) == (ONE,)
    assert set(frontier([dear, ONE], {dear.key})) == {ONE, dear}


def test_each_merit_keeps_a_model() -> None:
    """A higher tier, more context, fewer failures, more speed, a cheaper cache."""
    others = [
        replace(ONE, model="tier", tier=Tier.BALANCED, failures=1),
        replace(ONE, model="context", context_limit=101, failures=1),
        replace(ONE, model="speed", speed=1, failures=1),
        replace(ONE, model="price", price=Price(input=1, output=9)),
    ]
    assert len(frontier([ONE, *others])) == 5


def test_of_twins_one_is_left() -> None:
    """The first by name, whatever order they came in."""
    twin = replace(ONE, model="another")
    assert frontier([ONE, twin]) == frontier([twin, ONE]) == (twin,)
