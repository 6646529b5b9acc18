"""The choice of a model for a step, as one pure function.

It holds four promises: never more than what remains, never a context too small, never a lower tier for more money, and
never a switch whose lost cache costs more than it saves over the steps to come. Where the step can be paid at all, it
is: only when nothing fits does it answer with a pause.

Steps to come are counted at what each would get: when all does not fit, tiers are given up from above for this step and
all later ones alike, so that what is promoted now never starves the end.

A promotion pays for a better model, not for reading everything anew: the last step of a long task is left where it is
when more than half of what the promotion costs would be the cache that it throws away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.cost.routing.port import Candidate, Choice, Key, Load, Obstacle, Pause, Place
from engine.cost.routing.table import Shelf, Table, Tie, Work, table_of
from engine.cost.routing.wanted import alike, last, middle, wanted
from engine.domain.choice import Policy, Reason, Tier
from engine.domain.task import Complexity

FALLING = tuple(sorted(Tier, reverse=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a choice besides its step and its money."""

    candidates: Sequence[Candidate]
    load: Load
    policy: Policy = Policy.BALANCED
    fixed: Key | None = None
    """The task's own model; `Policy.FIXED` takes no other."""
    warm: Mapping[Key, int] = field(default_factory=dict[Key, int])
    """Tokens of the step's input that a model still has in its cache."""
    current: Key | None = None
    """The model of the step before."""
    at_least: Tier = Tier.FAST
    """A tier below which this step was tried already, or is not to go."""
    horizon: int | None = None
    """For how many steps, this one first, a cache filled now is of use; None for those of the task that want the same
    tier. A task whose complexity changes says 1, a batch how many of its rows begin alike."""
    cache_aware: bool = True
    """Off only to measure what it is worth."""


def select_model_for_step(
    step: int, total_steps: int, task_complexity: Complexity, budget_remaining: int | None, terms: Terms
) -> Choice | Pause:
    """Return the model of a step (the first is 0), or why there is none; a budget of None has no limit.

    Raises ValueError for a step that the task does not have.
    """
    return select(Place(step, total_steps, task_complexity), budget_remaining, terms)


def select(place: Place, budget: int | None, terms: Terms) -> Choice | Pause:
    """Do so for a step that is known to be one."""
    shelf = _table(terms).shelf(terms.load, terms.at_least)
    if shelf is None:
        return _no_room(terms)
    return _Field(place, budget, terms, shelf).choose()


def _table(terms: Terms) -> Table:
    if terms.policy is Policy.FIXED and terms.fixed is not None:
        return Table(each for each in terms.candidates if each.key == terms.fixed)
    return table_of(terms.candidates)


def _no_room(terms: Terms) -> Pause:
    largest = max((each.context_limit for each in terms.candidates), default=0)
    return Pause(obstacle=Obstacle.CONTEXT, needed=terms.load.room, remaining=largest)


class _Field:
    """One choice among those whose context suffices."""

    def __init__(self, place: Place, budget: int | None, terms: Terms, shelf: Shelf) -> None:
        self._terms, self._budget, self._load, self._left = terms, budget, terms.load, place.later
        self._wanted, self._why = wanted(terms.policy, place)
        self._middle, self._last = middle(terms.policy, place.complexity), last(terms.policy, place)
        self._steps = alike(terms.policy, place) if terms.horizon is None else max(1, terms.horizon)
        self._shelf, self._work = shelf, Work.of(terms.load, self._steps)
        self._picks: dict[Tier, Candidate] = {}
        self._apart = self._with_caches()
        self._safest = shelf.safest(self._load)
        self._stayed = 0
        self._weigh_promotion()

    def _with_caches(self) -> list[Candidate]:
        """Return those that cost something else than a table says: what is in use, or has a cache."""
        keys = {*self._terms.warm, self._terms.current} if self._terms.cache_aware else {self._terms.current}
        found = [self._shelf.by_key[key] for key in keys if key in self._shelf.by_key]
        if any(_dearer_cached(each, self._load) and self._cached(each) for each in found):
            return list(self._shelf.by_key.values())  # a cache that makes it dearer: no table tells
        return found

    def choose(self) -> Choice | Pause:
        """Give up tiers from above until all fits; then whatever can be paid; then nothing."""
        for cap in FALLING:
            picked, to_come = self._pick(min(self._wanted, cap)), self._to_come(cap)
            if self._budget is None or picked.worst(self._load) + to_come <= self._budget:
                return self._choice(picked, to_come, self._reason(picked, cap))
        needed = self._safest.worst(self._load)
        if needed <= (self._budget or 0):
            return self._choice(self._safest, self._to_come(Tier.FAST), Reason.LAST_FIT)
        return Pause(obstacle=Obstacle.BUDGET, needed=needed, remaining=self._budget or 0)

    def _weigh_promotion(self) -> None:
        """Leave the last step in the tier of the middle where its promotion is mostly lost cache."""
        if self._why is not Reason.FINAL:
            return
        promoted, within = self._pick(self._wanted), self._pick(self._middle)
        kept = self._cached(within)
        if not _worth_promoting(promoted, self._load, kept):
            self._wanted, self._why = self._middle, Reason.CACHE
            self._stayed = promoted.expected(self._load, self._cached(promoted)) - within.expected(self._load, kept)

    def _cached(self, candidate: Candidate) -> int:
        return self._terms.warm.get(candidate.key, 0) if self._terms.cache_aware else 0

    def _pick(self, floor: Tier) -> Candidate:
        """Return the cheapest of a tier or above over the steps it would serve; of equals the one in use.

        None is below the tier of the one with the lowest bound: a lower one that may cost more is no step down, and
        more money would then lead to it.
        """
        lowest = min(max(floor, self._safest.tier), self._shelf.best)
        if lowest not in self._picks:
            self._picks[lowest] = self._cheapest(lowest)
        return self._picks[lowest]

    def _cheapest(self, floor: Tier) -> Candidate:
        apart = [(*self._rank(each), each) for each in self._apart if each.tier >= floor]
        if len(self._apart) == len(self._shelf.by_key):
            return min(apart)[-1]
        cost, tie, found = self._shelf.cheapest(floor, self._work)
        return min([*apart, (cost, True, tie, found)])[-1]

    def _rank(self, candidate: Candidate) -> tuple[int, bool, Tie]:
        cost = candidate.run(self._load, self._cached(candidate), self._steps)
        return cost, candidate.key != self._terms.current, (-candidate.tier, -candidate.speed, candidate.key)

    def _to_come(self, cap: Tier) -> int:
        """Return what all later steps are expected to cost when none is above a tier."""
        if not self._left:
            return 0
        load, left = self._load, self._left
        within, final = self._pick(min(self._middle, cap)), self._pick(min(self._last, cap))
        kept = load.input + (left - 1) * load.growth
        grown = replace(load, input=kept + load.growth)
        caches = self._terms.cache_aware and within.price.cached_input < within.price.input
        if within is final or not _worth_promoting(final, grown, kept if caches else 0):
            return within.later(load, left)
        return within.later(load, left - 1) + final.expected(grown, 0)

    def _reason(self, picked: Candidate, cap: Tier) -> Reason:
        if self._terms.policy is Policy.FIXED:
            return Reason.FIXED
        if self._terms.at_least > min(self._wanted, cap):
            return Reason.ESCALATED
        if cap < self._wanted:
            return Reason.STEPPED_DOWN
        return Reason.CACHE if self._saved(picked) > 0 else self._why

    def _saved(self, picked: Candidate) -> int:
        """Return what staying saves: what the cheapest without any cache would cost now, less what this one does."""
        if self._stayed or picked.key != self._terms.current:
            return self._stayed
        cost, _, cold = self._shelf.cheapest(picked.tier, self._work)
        if cost == picked.run(self._load, 0, self._steps):  # of equals the one in use
            return 0
        return self._run(cold) - self._run(picked)

    def _run(self, candidate: Candidate) -> int:
        return candidate.run(self._load, self._cached(candidate), self._steps)

    def _choice(self, picked: Candidate, to_come: int, reason: Reason) -> Choice:
        return Choice(
            candidate=picked,
            estimate=picked.expected(self._load, self._cached(picked)),
            worst=picked.worst(self._load),
            to_come=to_come,
            remaining=self._budget,
            reason=reason,
            wanted=max(self._wanted, self._terms.at_least),
            saved=self._saved(picked) if reason is Reason.CACHE else 0,
        )


def _dearer_cached(candidate: Candidate, load: Load) -> bool:
    price = candidate.price.at(load.input)
    return price.cached_input > price.input


def _worth_promoting(promoted: Candidate, load: Load, kept: int) -> bool:
    """Whether no more than half of a promoted step's cost is for reading what another model has in its cache."""
    price = promoted.price.at(load.input)
    lost = min(kept, load.input) * (price.input - price.cached_input)
    return 2 * lost <= promoted.expected(load, 0)
