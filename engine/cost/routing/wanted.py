"""Which tier a step deserves, before anybody asks what it costs: by policy, complexity and place.

The first step lays out the work and the last is what the person reads, so a mistake there spoils all the others:
those two may be promoted. A task of fewer than three steps has no middle, and none of it is.
"""

from __future__ import annotations

from engine.cost.routing.port import Place
from engine.domain.choice import Policy, Reason, Tier
from engine.domain.task import Complexity

FAST, BALANCED, QUALITY = Tier

_ORDER = tuple(Complexity)
_MIDDLE = {
    Policy.ECONOMY: (FAST, FAST, FAST, BALANCED),
    Policy.BALANCED: (FAST, FAST, BALANCED, BALANCED),
    Policy.QUALITY: (BALANCED, BALANCED, QUALITY, QUALITY),
    Policy.FIXED: (FAST, FAST, FAST, FAST),
}
"""By complexity, simple first: the lowest tier that does the work well."""
_ENDS = {
    Policy.ECONOMY: (FAST, FAST, BALANCED, BALANCED),
    Policy.BALANCED: (FAST, BALANCED, QUALITY, QUALITY),
    Policy.QUALITY: (QUALITY, QUALITY, QUALITY, QUALITY),
    Policy.FIXED: (FAST, FAST, FAST, FAST),
}

LEAST_STEPS = 3
"""Of a task with a first step, a last one and a middle."""


def middle(policy: Policy, complexity: Complexity) -> Tier:
    """Return the tier of steps between the first and the last."""
    return _MIDDLE[policy][_ORDER.index(complexity)]


def ends(policy: Policy, complexity: Complexity) -> Tier:
    """Return the tier of the first step and of the last."""
    return _ENDS[policy][_ORDER.index(complexity)]


def wanted(policy: Policy, place: Place) -> tuple[Tier, Reason]:
    """Return the tier of one step and why."""
    within, promoted = middle(policy, place.complexity), ends(policy, place.complexity)
    inside = place.step and place.later
    if place.total_steps < LEAST_STEPS or inside or promoted <= within:
        return within, Reason.COMPLEXITY
    return promoted, Reason.FINAL if place.step else Reason.PLANNING


def last(policy: Policy, place: Place) -> Tier:
    """Return the tier of a task's last step."""
    return wanted(policy, Place(place.total_steps - 1, place.total_steps, place.complexity))[0]


def alike(policy: Policy, place: Place) -> int:
    """Return for how many steps, this one first, the same tier is wanted: as long as a cache is of use."""
    tier, reason = wanted(policy, place)
    if reason is Reason.PLANNING:
        return 1
    return max(1, 1 + place.later - (last(policy, place) is not tier))
