"""The words of choosing a model for a step: what a person wants, how good a model is, why a step got its model.

They stand in specs and in records, so none of them ever changes its value.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Policy(StrEnum):
    """What a person wants of the choice."""

    FIXED = "fixed"
    """The task's own model, always."""
    ECONOMY = "economy"
    BALANCED = "balanced"
    QUALITY = "quality"


class Tier(IntEnum):
    """How good a model is, in order."""

    FAST = 0
    BALANCED = 1
    QUALITY = 2

    @property
    def above(self) -> Tier | None:
        """The tier that a step climbs to when a reply of this one fails its check; None where it is the highest."""
        return None if self is max(Tier) else Tier(self + 1)


class Reason(StrEnum):
    """Why a step got its model."""

    FIXED = "fixed"
    PLANNING = "planning"
    """The first step was promoted."""
    FINAL = "final"
    """The last step was promoted."""
    COMPLEXITY = "complexity"
    """The cheapest that the complexity allows."""
    CACHE = "cache"
    """Another would be cheaper if the cache of the model in use were not thrown away."""
    STEPPED_DOWN = "stepped_down"
    """What was wanted does not fit what remains for all steps to come."""
    LAST_FIT = "last_fit"
    """This step can be paid, all to come perhaps not."""
    ESCALATED = "escalated"
    """A reply of a lower tier failed its check."""
    KEPT = "kept"
    """It was chosen for this very step before, and tries it again."""
    ELSEWHERE = "elsewhere"
    """The one chosen before keeps failing, or cannot be asked now."""
