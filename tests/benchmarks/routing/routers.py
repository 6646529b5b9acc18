"""The ways to choose that are compared: one model for all, the article's rule, and Drover's with and without caches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.cost.routing.port import Candidate, Choice
from engine.cost.routing.select import Terms, select
from engine.domain.choice import Policy, Tier
from engine.domain.task import Complexity
from tests.benchmarks.routing.play import View


@dataclass(frozen=True, slots=True)
class Always:
    """One model for every step."""

    model: Candidate

    def first(self, view: View) -> Candidate:
        """See `Router`."""
        del view
        return self.model

    def again(self, failed: Candidate, view: View) -> None:
        """See `Router`."""


@dataclass(frozen=True, slots=True)
class Static:
    """The article's rule as far as it can be read: its code breaks off within.

    Quality for the first step and the last, the middle by complexity: fast where it is simple, else balanced. A row
    of one step counts as middle, else it would have quality everywhere. It knows of no cache and tries nothing again.
    """

    by_tier: Sequence[Candidate]

    def first(self, view: View) -> Candidate:
        """See `Router`."""
        place = view.place
        if place.total_steps > 1 and (place.step == 0 or place.later == 0):
            return self.by_tier[Tier.QUALITY]
        return self.by_tier[Tier.FAST if place.complexity is Complexity.SIMPLE else Tier.BALANCED]

    def again(self, failed: Candidate, view: View) -> None:
        """See `Router`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What `engine.cost.routing` decides; blind to caches it counts every token as read anew."""

    candidates: Sequence[Candidate]
    aware: bool = True
    policy: Policy = Policy.BALANCED

    def first(self, view: View) -> Candidate:
        """See `Router`."""
        chosen = select(view.place, None, self._terms(view))
        assert isinstance(chosen, Choice)
        return self._real(chosen.candidate)

    def again(self, failed: Candidate, view: View) -> Candidate | None:
        """See `Router`."""
        higher = failed.tier.above
        if higher is None:
            return None
        chosen = select(view.place, None, replace(self._terms(view), at_least=higher))
        return self._real(chosen.candidate) if isinstance(chosen, Choice) else None

    def _real(self, seen: Candidate) -> Candidate:
        return next(each for each in self.candidates if each.key == seen.key)

    def _terms(self, view: View) -> Terms:
        return Terms(
            candidates=self.candidates if self.aware else [_uncached(each) for each in self.candidates],
            load=view.load,
            policy=self.policy,
            warm=view.warm if self.aware else {},
            current=view.current if self.aware else None,
            horizon=view.horizon,
        )


def _uncached(candidate: Candidate) -> Candidate:
    return replace(candidate, price=replace(candidate.price, cached_input=candidate.price.input))
