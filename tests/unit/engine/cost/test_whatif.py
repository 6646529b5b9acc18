"""What would have been spent otherwise, by examples computed by hand."""

from __future__ import annotations

from engine.cost.price import Price
from engine.cost.routing.port import Candidate, Key
from engine.cost.routing.table import Table
from engine.cost.whatif import Course, Made, as_it_was, suppose, under, with_model
from engine.domain.choice import Policy, Tier
from engine.domain.task import Complexity
from engine.domain.usage import Usage

FAST, DEAR = ("p", "fast"), ("p", "dear")
CHEAP = Price(input=1, cached_input=1, output=2, reasoning=2)
COSTLY = Price(input=10, cached_input=2, output=40, reasoning=40)


def made(key: Key, tokens: int, cost: int, *, at_s: int = 0, cached: int = 0) -> Made:
    """Return a step that read so much and wrote 100 tokens."""
    return Made(key=key, at_ms=1_000 * at_s, cost=cost, usage=Usage(input=tokens, cached=cached, output=100))


TWO = Course(steps=(made(FAST, 2_000, 2_200), made(FAST, 3_000, 3_200, at_s=10)), spent=5_900, total_steps=2)
"""Two steps on the cheap model, and an attempt of 500 that failed."""


def test_all_steps_with_one_model_are_the_baseline_of_savings() -> None:
    """20,000 + 4,000; then 2,000 of 3,000 are cached: 1,000 times 10 + 2,000 times 2 + 4,000 = 18,000."""
    found = suppose([TWO], with_model(DEAR, COSTLY))
    assert (found.would, found.spent, found.saved) == (42_000, 5_900, 36_100)
    assert (found.tasks, found.steps, found.unknown, found.models) == (1, 2, 0, {DEAR: 2})
    assert round(found.share, 4) == 0.8595


def test_a_cache_is_gone_after_five_minutes_and_holds_nothing_small() -> None:
    """3,000 times 10 + 4,000 and, of 1,000 tokens before, 2,000 times 10 + 4,000."""
    late = Course(steps=(made(FAST, 2_000, 0), made(FAST, 3_000, 0, at_s=301)), spent=0)
    small = Course(steps=(made(FAST, 1_000, 0), made(FAST, 2_000, 0, at_s=1)), spent=0)
    assert suppose([late], with_model(DEAR, COSTLY)).would == 24_000 + 34_000
    assert suppose([small], with_model(DEAR, COSTLY)).would == 14_000 + 24_000


def test_the_model_that_made_it_is_counted_as_it_reported() -> None:
    """Nothing failed and nothing is another: what would be is what was."""
    steps = (made(DEAR, 2_000, 24_000), made(DEAR, 3_000, 32_400, at_s=9, cached=200))
    course = Course(steps=steps, spent=56_400)
    assert suppose([course], with_model(DEAR, COSTLY)).saved == 0
    assert suppose([course], as_it_was(lambda _key: COSTLY)).saved == 0


def test_other_prices_price_the_same_steps_anew() -> None:
    """Twice the price of everything: 2 times (2,200 + 3,200)."""
    twice = Price(input=2, cached_input=2, output=4, reasoning=4)
    assert suppose([TWO], as_it_was(lambda _key: twice)).would == 10_800


def test_a_step_without_usage_counts_as_what_it_cost() -> None:
    """On both sides."""
    course = Course(steps=(Made(key=FAST, at_ms=0, cost=77),), spent=77)
    found = suppose([course], with_model(DEAR, COSTLY))
    assert (found.would, found.spent, found.unknown) == (77, 77, 1)


def test_another_policy_chooses_step_by_step() -> None:
    """Complex work of three steps: the ends of quality, the middle not; 14,000 + 1,200 + 14,000 without caches."""
    table = Table(
        Candidate(provider="p", model=key[1], tier=tier, price=price, context_limit=100_000)
        for key, tier, price in ((FAST, Tier.FAST, CHEAP), (DEAR, Tier.QUALITY, COSTLY))
    )
    steps = tuple(made(FAST, 1_000, 1_200, at_s=at) for at in (0, 400, 800))
    course = Course(steps=steps, spent=3_600, total_steps=3, complexity=Complexity.HIGHLY_COMPLEX)
    assert suppose([course], under(Policy.QUALITY, table)).models == {DEAR: 3}
    assert suppose([course], under(Policy.QUALITY, table)).would == 42_000
    easy = Course(steps=steps, spent=3_600, total_steps=3)
    assert suppose([easy], under(Policy.ECONOMY, table)).would == 3_600
    mixed = suppose(
        [Course(steps=steps, spent=0, total_steps=3, complexity=Complexity.MODERATE)], under(Policy.QUALITY, table)
    )
    assert mixed.models == {DEAR: 3}


def test_a_step_that_no_model_of_the_table_could_have_made_costs_what_it_did() -> None:
    """It fell back on another model: without a price here it would have been free, and nothing ever saved."""
    narrow = Candidate(provider="p", model="dear", tier=Tier.QUALITY, price=COSTLY, context_limit=10)
    course = Course(steps=(made(FAST, 1_000, 1_200),), spent=1_200)
    for table in (Table([narrow]), Table([])):
        found = suppose([course], under(Policy.QUALITY, table))
        assert (found.would, found.models) == (1_200, {FAST: 1})


def test_many_tasks_are_summed_and_know_nothing_of_each_other() -> None:
    """No cache goes from one to the next."""
    one = suppose([TWO], with_model(DEAR, COSTLY))
    both = suppose([TWO, TWO], with_model(DEAR, COSTLY))
    assert (both.would, both.spent, both.tasks) == (2 * one.would, 2 * one.spent, 2)
    assert suppose([], with_model(DEAR, COSTLY)).share == 0.0
