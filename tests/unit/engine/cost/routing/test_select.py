"""Which model a step gets, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.cost.price import Price
from engine.cost.routing.port import Candidate, Choice, Load, Obstacle, Pause
from engine.cost.routing.select import Terms, select_model_for_step
from engine.domain.choice import Policy, Reason, Tier
from engine.domain.task import Complexity
from engine.domain.usage import Usage


def candidate(model: str, tier: Tier, rate: int, *, cached: int | None = None, limit: int = 10_000) -> Candidate:
    """Return a model at one price for all but what is cached."""
    price = Price(input=rate, cached_input=rate if cached is None else cached, output=rate, reasoning=rate)
    return Candidate(provider="p", model=model, tier=tier, price=price, context_limit=limit)


FAST = candidate("fast", Tier.FAST, 1)
BALANCED = candidate("balanced", Tier.BALANCED, 4)
QUALITY = candidate("quality", Tier.QUALITY, 20)
LOAD = Load(input=100, output=100, most_input=100, most_output=100)
"""Costs 200 times its rate at every step, expected and at most."""
TERMS = Terms(candidates=(QUALITY, FAST, BALANCED), load=LOAD)


def choose(step: int, complexity: Complexity, budget: int | None = None, terms: Terms = TERMS) -> Choice:
    """Return the choice for a step of ten."""
    chosen = select_model_for_step(step, 10, complexity, budget, terms)
    assert isinstance(chosen, Choice)
    return chosen


@pytest.mark.parametrize(
    ("complexity", "models"),
    [
        (Complexity.SIMPLE, ("fast", "fast", "fast")),
        (Complexity.MODERATE, ("balanced", "fast", "balanced")),
        (Complexity.COMPLEX, ("quality", "balanced", "quality")),
        (Complexity.HIGHLY_COMPLEX, ("quality", "balanced", "quality")),
    ],
)
def test_planning_and_the_end_are_promoted(complexity: Complexity, models: tuple[str, ...]) -> None:
    """The middle is of the cheapest tier that the complexity allows."""
    assert tuple(choose(step, complexity).candidate.model for step in (0, 5, 9)) == models


def test_the_reason_tells_the_place() -> None:
    """First, middle, last."""
    reasons = [choose(step, Complexity.COMPLEX).reason for step in (0, 5, 9)]
    assert reasons == [Reason.PLANNING, Reason.COMPLEXITY, Reason.FINAL]


def test_policies_differ() -> None:
    """Economy saves, quality does not, and a fixed model stays whatever the step."""
    at = {policy: choose(5, Complexity.COMPLEX, terms=replace(TERMS, policy=policy)) for policy in list(Policy)[1:]}
    assert [each.candidate.model for each in at.values()] == ["fast", "balanced", "quality"]
    fixed = choose(0, Complexity.SIMPLE, terms=replace(TERMS, policy=Policy.FIXED, fixed=("p", "quality")))
    assert (fixed.candidate, fixed.reason) == (QUALITY, Reason.FIXED)


def test_a_short_task_has_no_middle_and_no_promotion() -> None:
    """A row of a batch is one step."""
    chosen = select_model_for_step(0, 1, Complexity.MODERATE, None, TERMS)
    assert isinstance(chosen, Choice)
    assert (chosen.candidate, chosen.reason, chosen.to_come) == (FAST, Reason.COMPLEXITY, 0)


def test_a_better_model_that_is_cheaper_is_taken() -> None:
    """A tier is a floor."""
    bargain = candidate("bargain", Tier.QUALITY, 0)
    assert choose(5, Complexity.SIMPLE, terms=replace(TERMS, candidates=(FAST, bargain))).candidate == bargain


def test_steps_down_while_all_to_come_does_not_fit() -> None:
    """Quality, eight balanced, quality: 4,000 + 6,400 + 4,000; all balanced is 8,000, all fast 2,000."""
    got = [choose(0, Complexity.COMPLEX, budget) for budget in (14_400, 14_399, 8_000, 7_999, 2_000)]
    assert [each.candidate.model for each in got] == ["quality", "balanced", "balanced", "fast", "fast"]
    assert [each.reason for each in got] == [Reason.PLANNING, *[Reason.STEPPED_DOWN] * 4]
    assert (got[0].to_come, got[1].wanted) == (10_400, Tier.QUALITY)


def test_a_tier_that_nobody_is_of_is_not_told_as_lack_of_money() -> None:
    """The best there is takes its place."""
    told = choose(0, Complexity.COMPLEX, terms=replace(TERMS, candidates=(FAST, BALANCED)))
    assert (told.candidate, told.reason, told.wanted) == (BALANCED, Reason.PLANNING, Tier.QUALITY)


def test_after_a_fault_it_climbs_one_tier_at_a_time() -> None:
    """To the highest, and then no more."""
    assert [tier.above for tier in Tier] == [Tier.BALANCED, Tier.QUALITY, None]
    told = choose(5, Complexity.SIMPLE, terms=replace(TERMS, at_least=Tier.BALANCED))
    assert (told.candidate, told.reason) == (BALANCED, Reason.ESCALATED)


def test_it_climbs_within_what_remains() -> None:
    """799 do not pay for a reply of 800."""
    higher = replace(TERMS, at_least=Tier.BALANCED)
    assert isinstance(select_model_for_step(9, 10, Complexity.SIMPLE, 799, higher), Pause)
    assert choose(9, Complexity.SIMPLE, 800, higher).candidate == BALANCED


def test_what_can_be_paid_is_done_and_what_cannot_pauses() -> None:
    """A step that fits is taken though the rest may not; below it the answer is what it would need."""
    assert choose(0, Complexity.COMPLEX, 1_999).reason is Reason.LAST_FIT
    assert choose(0, Complexity.COMPLEX, 200).candidate == FAST
    pause = select_model_for_step(0, 10, Complexity.COMPLEX, 199, TERMS)
    assert pause == Pause(obstacle=Obstacle.BUDGET, needed=200, remaining=199)


def test_a_context_too_small_is_never_taken() -> None:
    """Another is, and where there is none it is said: money does not help."""
    narrow = replace(FAST, context_limit=199)
    assert choose(5, Complexity.SIMPLE, terms=replace(TERMS, candidates=(narrow, BALANCED))).candidate == BALANCED
    pause = select_model_for_step(5, 10, Complexity.SIMPLE, None, replace(TERMS, candidates=(narrow,)))
    assert pause == Pause(obstacle=Obstacle.CONTEXT, needed=200, remaining=199)


def test_a_warm_cache_is_kept_until_leaving_it_pays() -> None:
    """What the dearer model has cached is worth more than the other saves in one step, and less than in all to come."""
    used = candidate("used", Tier.BALANCED, 6, cached=1)
    other = candidate("other", Tier.BALANCED, 5, cached=1)
    terms = Terms(
        candidates=(used, other),
        load=replace(LOAD, output=150, most_output=150),
        warm={used.key: 100},
        current=used.key,
        horizon=1,
    )
    stays = choose(2, Complexity.COMPLEX, terms=terms)
    assert (stays.candidate, stays.reason, stays.saved) == (used, Reason.CACHE, 250)
    assert choose(2, Complexity.COMPLEX, terms=replace(terms, horizon=None)).candidate == other
    assert choose(2, Complexity.COMPLEX, terms=replace(terms, cache_aware=False)).candidate == other


def test_the_end_is_not_promoted_for_a_lost_cache() -> None:
    """Reading 100 tokens anew at 20, where 1 would do, is most of what the end would cost; 30 are not."""
    dear = candidate("dear", Tier.QUALITY, 20, cached=1)
    used = candidate("used", Tier.BALANCED, 4, cached=1)
    terms = Terms(candidates=(dear, used), load=replace(LOAD, output=20), warm={used.key: 100}, current=used.key)
    stays = choose(9, Complexity.COMPLEX, terms=terms)
    assert (stays.candidate, stays.reason, stays.saved) == (used, Reason.CACHE, 2_400 - 180)
    little = choose(9, Complexity.COMPLEX, terms=replace(terms, warm={used.key: 30}))
    assert (little.candidate, little.reason) == (dear, Reason.FINAL)


def test_failures_are_paid() -> None:
    """A model that fails one call of two costs twice as much."""
    flaky = replace(candidate("flaky", Tier.FAST, 1), failures=500)
    assert flaky.expected(LOAD, 0) == 400
    assert choose(5, Complexity.SIMPLE, terms=replace(TERMS, candidates=(flaky, FAST))).candidate == FAST


def test_what_is_expected_is_what_a_reply_as_expected_settles_to() -> None:
    """The same arithmetic as the ledger's, cached input and all."""
    used = candidate("used", Tier.FAST, 7, cached=2)
    usage = Usage(input=100, cached=30, output=100)
    assert used.expected(LOAD, 30) == used.price.cost(usage) == 70 * 7 + 30 * 2 + 100 * 7


def test_of_equals_the_faster_is_taken() -> None:
    """Where nothing else tells them apart."""
    quick = replace(FAST, model="quick", speed=90)
    assert choose(5, Complexity.SIMPLE, terms=replace(TERMS, candidates=(FAST, quick))).candidate == quick


def test_a_step_beyond_the_task_is_refused() -> None:
    """Rather than counted as the last."""
    with pytest.raises(ValueError, match="step 10 of 10"):
        select_model_for_step(10, 10, Complexity.SIMPLE, None, TERMS)


def test_what_is_to_come_grows_with_the_context() -> None:
    """Each later step reads what was cached and what came since: 110 to 130 tokens of input, 10 of them new."""
    cached = candidate("cached", Tier.FAST, 10, cached=1)
    assert cached.later(replace(LOAD, growth=10), 3) == (100 + 110 + 120) * 1 + 3 * 10 * 10 + 3 * 100 * 10
