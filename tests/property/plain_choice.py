"""The rule of choosing as it reads, over all candidates at every step: what the table must answer, only sooner."""

from __future__ import annotations

from dataclasses import replace

from engine.cost.routing.port import Candidate, Choice, Key, Load, Obstacle, Pause, Place
from engine.cost.routing.select import Terms
from engine.cost.routing.wanted import alike, last, middle, wanted
from engine.domain.choice import Policy, Reason, Tier


def select(place: Place, budget: int | None, terms: Terms) -> Choice | Pause:
    """Do so for a step that is known to be one."""
    able = [each for each in terms.candidates if _able(each, terms)]
    if not able:
        return _no_room(terms)
    return _Field(place, budget, terms, able).choose()


def _able(candidate: Candidate, terms: Terms) -> bool:
    if terms.policy is Policy.FIXED and terms.fixed is not None and candidate.key != terms.fixed:
        return False
    return candidate.tier >= terms.at_least and terms.load.room <= candidate.context_limit


def _no_room(terms: Terms) -> Pause:
    largest = max((each.context_limit for each in terms.candidates), default=0)
    return Pause(obstacle=Obstacle.CONTEXT, needed=terms.load.room, remaining=largest)


class _Field:
    """One choice among those whose context suffices."""

    def __init__(self, place: Place, budget: int | None, terms: Terms, able: list[Candidate]) -> None:
        self._terms, self._budget, self._load, self._left = terms, budget, terms.load, place.later
        self._wanted, self._why = wanted(terms.policy, place)
        self._middle, self._last = middle(terms.policy, place.complexity), last(terms.policy, place)
        self._steps = alike(terms.policy, place) if terms.horizon is None else max(1, terms.horizon)
        self._able = sorted(able, key=self._rank)
        self._safest = min(self._able, key=lambda each: (each.worst(self._load), each.tier))
        self._best = max(each.tier for each in self._able)
        self._stayed = 0
        self._weigh_promotion()

    def choose(self) -> Choice | Pause:
        """Give up tiers from above until all fits; then whatever can be paid; then nothing."""
        for cap in sorted(Tier, reverse=True):
            picked, to_come = self._pick(min(self._wanted, cap)), self._to_come(cap)
            if self._budget is None or picked.worst(self._load) + to_come <= self._budget:
                return self._choice(picked, to_come, self._reason(picked, cap))
        if self._safest.worst(self._load) <= (self._budget or 0):
            return self._choice(self._safest, self._to_come(Tier.FAST), Reason.LAST_FIT)
        needed = self._safest.worst(self._load)
        return Pause(obstacle=Obstacle.BUDGET, needed=needed, remaining=self._budget or 0)

    def _weigh_promotion(self) -> None:
        """Leave the last step in the tier of the middle where its promotion is mostly lost cache."""
        promoted, within = self._pick(self._wanted), self._pick(self._middle)
        kept = self._cached(within)
        if self._why is Reason.FINAL and not _worth_promoting(promoted, self._load, kept):
            self._wanted, self._why = self._middle, Reason.CACHE
            self._stayed = promoted.expected(self._load, self._cached(promoted)) - within.expected(self._load, kept)

    def _rank(self, candidate: Candidate) -> tuple[int, bool, int, int, Key]:
        """The cheapest over the steps it would serve; of equals the one in use, the better, the faster."""
        cost = candidate.run(self._load, self._cached(candidate), self._steps)
        return cost, candidate.key != self._terms.current, -candidate.tier, -candidate.speed, candidate.key

    def _cached(self, candidate: Candidate) -> int:
        return self._terms.warm.get(candidate.key, 0) if self._terms.cache_aware else 0

    def _pick(self, floor: Tier) -> Candidate:
        """Return the cheapest of a tier or above.

        None is below the tier of the one with the lowest bound: a lower one that may cost more is no step down, and
        more money would then lead to it.
        """
        lowest = min(max(floor, self._safest.tier), self._best)
        return next(each for each in self._able if each.tier >= lowest)

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
        cold = min((each for each in self._able if each.tier >= picked.tier), key=self._cold)
        return self._run(cold) - self._run(picked)

    def _cold(self, candidate: Candidate) -> tuple[int, bool]:
        return candidate.run(self._load, 0, self._steps), candidate.key != self._terms.current

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


def _worth_promoting(promoted: Candidate, load: Load, kept: int) -> bool:
    """Whether no more than half of a promoted step's cost is for reading what another model has in its cache."""
    price = promoted.price.at(load.input)
    lost = min(kept, load.input) * (price.input - price.cached_input)
    return 2 * lost <= promoted.expected(load, 0)
