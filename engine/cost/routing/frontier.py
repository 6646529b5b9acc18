"""Candidates that can be the best for some step, found once for a price list rather than at each step.

A catalogue has hundreds of models, and nearly all of them are dearer than another that is no worse. Only what is in a
cache, or is the task's own model, can be worth taking beside these: such keys are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from engine.cost.routing.port import Candidate, Key


def frontier(candidates: Iterable[Candidate], keep: AbstractSet[Key] = frozenset()) -> tuple[Candidate, ...]:
    """Return those that no other one beats or equals in everything, and those of `keep`."""
    best: list[Candidate] = []
    for each in sorted(candidates, key=_order):
        if each.key in keep or not any(_as_good(other, each) for other in best):
            best.append(each)
    return tuple(best)


def _order(candidate: Candidate) -> tuple[tuple[int, ...], str, str]:
    """Who beats another comes before it."""
    return tuple(-figure for figure in _merits(candidate)), candidate.provider, candidate.model


def _as_good(one: Candidate, other: Candidate) -> bool:
    return all(mine >= its for mine, its in zip(_merits(one), _merits(other), strict=True))


def _merits(candidate: Candidate) -> tuple[int, ...]:
    """More is better in each."""
    price = candidate.price
    costs = (price.input, price.cached_input, price.cache_write, price.output, price.reasoning, candidate.failures)
    return candidate.tier, candidate.context_limit, candidate.speed, *(-cost for cost in costs)
