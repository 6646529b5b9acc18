"""What a choice of a model is made from, and what it answers: values, codes and figures, no words.

A candidate says what is known of a model, a load what a step will need of it. Money is pico, counts are tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.cost.price import Price
from engine.domain.choice import Reason, Tier
from engine.domain.task import Complexity

Key = tuple[str, str]
"""(provider, model)."""

MOST_FAILURES = 900
"""Of a thousand calls: beyond it a model is counted as one that fails nine of ten, so that its cost stays a figure."""


class Obstacle(StrEnum):
    """Why no model can be chosen."""

    BUDGET = "budget"
    CONTEXT = "context"
    """No candidate can hold what the step reads and writes: money does not help."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands in its task; raises ValueError for one that the task does not have."""

    step: int
    """The first is 0."""
    total_steps: int
    complexity: Complexity

    def __post_init__(self) -> None:
        """Refuse what is no step."""
        if not 0 <= self.step < self.total_steps:
            raise ValueError(f"step {self.step} of {self.total_steps}")

    @property
    def later(self) -> int:
        """How many steps are to come after it."""
        return self.total_steps - self.step - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a step needs, and how that grows."""

    input: int
    """Expected, by the ratio learned of the model, or the bound where none is."""
    output: int
    """Expected."""
    most_input: int
    """The true bound, which money is held for."""
    most_output: int
    growth: int = 0
    """How much more every later step reads than the one before it."""

    @property
    def room(self) -> int:
        """What a context has to hold."""
        return self.input + self.most_output


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A model that could take the step."""

    provider: str
    model: str
    tier: Tier
    price: Price
    context_limit: int
    speed: int = 0
    """Tokens a second; of two that cost the same, the faster is taken."""
    failures: int = 0
    """Of a thousand calls; each is expected to be paid for nothing."""

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.provider, self.model

    def worst(self, load: Load) -> int:
        """What the step can cost at most."""
        return self.price.worst(load.most_input, load.most_output)

    def expected(self, load: Load, cached: int) -> int:
        """What the step is expected to cost while `cached` tokens of its input are in the model's cache."""
        price, read = self.price.at(load.input), min(cached, load.input)
        fresh = load.input - read
        return self._with_failures(fresh * price.input + read * price.cached_input + load.output * price.output)

    def run(self, load: Load, cached: int, steps: int) -> int:
        """What `steps` steps in a row are expected to cost, this one first: each leaves its input to the cache."""
        return self.expected(load, cached) + self.later(load, steps - 1)

    def later(self, load: Load, steps: int) -> int:
        """What the next `steps` steps cost here once this one has filled the cache, by the rates of this one."""
        price, count = self.price.at(load.input), max(0, steps)
        kept = count * load.input + load.growth * count * (count - 1) // 2
        read = kept * price.cached_input + count * load.growth * price.input
        return self._with_failures(read + count * load.output * price.output)

    def _with_failures(self, pico: int) -> int:
        if not self.failures:
            return pico
        return -(-pico * 1000 // (1000 - min(self.failures, MOST_FAILURES)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model, what it will cost, and why it was taken."""

    candidate: Candidate
    estimate: int
    """Of this step, expected."""
    worst: int
    """Of this step: never more than what remains."""
    to_come: int
    """Of all later steps, expected."""
    remaining: int | None
    reason: Reason
    wanted: Tier
    """What the step would have got with money enough; above the candidate's own where it stepped down."""
    saved: int = 0
    """With `Reason.CACHE`: what staying saves over the steps to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No candidate can take the step."""

    obstacle: Obstacle
    needed: int
    """Pico with `BUDGET`, tokens of context with `CONTEXT`."""
    remaining: int
    """What there is of it."""
