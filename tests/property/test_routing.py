"""The promises of choosing a model hold for any candidates, prices, caches and budgets."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cost.price import Longer, Price
from engine.cost.routing.port import Candidate, Choice, Key, Load, Obstacle, Pause, Place
from engine.cost.routing.select import Terms, select_model_for_step
from engine.cost.routing.table import Table
from engine.cost.routing.wanted import alike
from engine.domain.choice import Policy, Reason, Tier
from engine.domain.task import Complexity
from tests.property import plain_choice

RATES = st.integers(0, 20)
BASES = st.builds(Price, input=RATES, cached_input=RATES, cache_write=RATES, output=RATES, reasoning=RATES)
LONGER = st.lists(st.builds(Longer, above=st.integers(0, 90), price=BASES), max_size=2, unique_by=lambda e: e.above)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """Draw rates, and those of longer calls."""
    longer = sorted(draw(st.just(list[Longer]()) | LONGER), key=lambda each: each.above)
    return replace(draw(BASES), longer=tuple(longer))


LOADS = st.builds(
    Load,
    input=st.integers(0, 60),
    output=st.integers(0, 30),
    most_input=st.integers(60, 90),
    most_output=st.integers(30, 40),
    growth=st.integers(0, 20),
)
Asked = tuple[int, int, Complexity, Terms]


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    """Draw models of any tier and price, each by its own name."""
    made = st.builds(
        Candidate,
        provider=st.just("p"),
        model=st.just(""),
        tier=st.sampled_from(Tier),
        price=prices(),
        context_limit=st.integers(20, 200),
        speed=st.integers(0, 3),
        failures=st.integers(0, 400),
    )
    drawn = draw(st.lists(made, min_size=1, max_size=7))
    return [replace(each, model=f"m{number}") for number, each in enumerate(drawn)]


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """Draw a step and its terms."""
    several = draw(candidates())
    keys: list[Key] = [each.key for each in several]
    terms = Terms(
        candidates=several,
        load=draw(LOADS),
        policy=draw(st.sampled_from(Policy)),
        fixed=draw(st.sampled_from(keys)),
        warm=draw(st.dictionaries(st.sampled_from(keys), st.integers(0, 60), max_size=3)),
        current=draw(st.none() | st.sampled_from(keys)),
        at_least=draw(st.sampled_from(Tier)),
        horizon=draw(st.none() | st.integers(1, 9)),
    )
    total = draw(st.integers(1, 12))
    return draw(st.integers(0, total - 1)), total, draw(st.sampled_from(Complexity)), terms


BUDGETS = st.integers(0, 20_000)


def able(terms: Terms) -> list[Candidate]:
    """Return those that may take the step at all."""
    fixed = {terms.fixed} if terms.policy is Policy.FIXED else {each.key for each in terms.candidates}
    room = terms.load.input + terms.load.most_output
    return [e for e in terms.candidates if e.key in fixed and e.tier >= terms.at_least and e.context_limit >= room]


@settings(max_examples=200)
@given(asked(), BUDGETS)
def test_never_over_what_remains_and_never_a_context_too_small(step: Asked, budget: int) -> None:
    """Whatever is chosen can be paid at its worst and holds what the step reads and writes."""
    chosen = select_model_for_step(*step[:3], budget, step[3])
    if isinstance(chosen, Choice):
        assert chosen.worst == chosen.candidate.worst(step[3].load) <= budget
        assert chosen.candidate in able(step[3])


@settings(max_examples=200)
@given(asked(), BUDGETS)
def test_a_pause_means_that_nothing_fits(step: Asked, budget: int) -> None:
    """Money stops a step only where no candidate is payable, and says how much the least one needs."""
    chosen = select_model_for_step(*step[:3], budget, step[3])
    costs = [each.worst(step[3].load) for each in able(step[3])]
    if isinstance(chosen, Pause):
        assert (chosen.obstacle is Obstacle.CONTEXT) is (not costs)
        assert not costs or chosen.needed == min(costs) > budget
    else:
        assert min(costs) <= budget


@settings(max_examples=200)
@given(asked(), BUDGETS, BUDGETS)
def test_more_money_never_gives_a_lower_tier(step: Asked, one: int, other: int) -> None:
    """Neither a larger budget nor none at all."""
    tiers: list[int] = []
    for budget in (*sorted((one, other)), None):
        chosen = select_model_for_step(*step[:3], budget, step[3])
        tiers.append(chosen.candidate.tier if isinstance(chosen, Choice) else -1)
    assert tiers == sorted(tiers)


@given(asked(), BUDGETS)
def test_the_order_of_the_candidates_is_of_no_matter(step: Asked, budget: int) -> None:
    """The same question has the same answer."""
    turned = replace(step[3], candidates=list(reversed(step[3].candidates)))
    assert select_model_for_step(*step[:3], budget, turned) == select_model_for_step(*step[:3], budget, step[3])


@settings(max_examples=200)
@given(asked(), st.none() | BUDGETS)
def test_no_switch_loses_more_cache_than_it_saves(step: Asked, budget: int | None) -> None:
    """The model in use is left for one that is no better only where the steps to come make up for its cache."""
    number, total, complexity, terms = step
    chosen = select_model_for_step(number, total, complexity, budget, terms)
    used = [each for each in able(terms) if each.key == terms.current]
    if (
        isinstance(chosen, Pause)
        or chosen.reason is Reason.LAST_FIT
        or not used
        or used[0].tier < chosen.candidate.tier
    ):
        return
    steps = terms.horizon or alike(terms.policy, Place(number, total, complexity))
    costs = [e.run(terms.load, terms.warm.get(e.key, 0), steps) for e in (chosen.candidate, used[0])]
    assert costs[0] < costs[1] or chosen.candidate == used[0]


@settings(max_examples=400)
@given(asked(), st.none() | BUDGETS)
def test_a_table_answers_what_going_over_all_would(step: Asked, budget: int | None) -> None:
    """Made before, or for this one choice."""
    terms = replace(step[3], candidates=Table(step[3].candidates))
    plain = plain_choice.select(Place(*step[:3]), budget, step[3])
    assert select_model_for_step(*step[:3], budget, terms) == plain
    assert select_model_for_step(*step[:3], budget, step[3]) == plain


@given(asked(), BUDGETS)
def test_a_step_tried_again_is_of_a_higher_tier_and_payable(step: Asked, budget: int) -> None:
    """Or it is not tried again."""
    for failed in step[3].candidates:
        higher = failed.tier.above
        if higher is None:
            continue
        again = select_model_for_step(*step[:3], budget, replace(step[3], at_least=higher))
        if isinstance(again, Choice):
            assert again.candidate.tier > failed.tier
            assert again.worst <= budget
