"""The simulated models: real prices, and how good a reply of each tier is.

Prices are read from genai-prices and from resources/prices.toml when the benchmark runs. How often a tier is right is
taken from one family (GPT-4.1 nano, mini and the full model), since its three sizes are three tiers at one date:

    medium  80.1, 87.5, 90.2 %
    hard    50.3, 65.0, 66.3 %
    easy    97.0, 98.0, 98.5 %

Confirmed in its maker's announcement: nano's MMLU of 80.1 and GPQA of 50.3. The others of medium and hard were seen at
second hand only, and for mini's GPQA such pages disagree (64.2 and 65.0): take them as assumptions. The easy figures
are nothing else, and so are tiers' contexts and speeds in `MODELS` and that all models of a tier are equally good.

A step is right for a model if the step's draw is below the tier's figure, the same draw for all models: whatever a
lower tier can do a higher can, and a second try of the same tier is of no use. That favours no router: trying again
helps least where errors go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.cost.price import Price
from engine.cost.price_list import read_list
from engine.cost.prices import Catalogue
from engine.cost.routing.port import Candidate, Key
from engine.domain.choice import Tier

PRICES = Path(__file__).parents[3] / "resources" / "prices.toml"


class Difficulty(StrEnum):
    """Of a step, unknown to whoever chooses."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


RIGHT = {
    Difficulty.EASY: (0.970, 0.980, 0.985),
    Difficulty.MEDIUM: (0.801, 0.875, 0.902),
    Difficulty.HARD: (0.503, 0.650, 0.663),
}
"""By tier, fast first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What nobody who chooses can see; varied to see what the result hangs on."""

    caught: float = 0.3
    """Of wrong replies, how many fail the check (empty, cut, refused, not of the form): an assumption."""
    gap: float = 1.0
    """How much the tiers differ, against the figures above."""
    hint: float = 0.8
    """How often the complexity that is said of a step is the true one: an assumption."""

    def right(self, tier: Tier, difficulty: Difficulty) -> float:
        """Return the share of steps that a tier does rightly."""
        best = RIGHT[difficulty][-1]
        return best - self.gap * (best - RIGHT[difficulty][tier])


CONTEXT = 1_000_000
MODELS: dict[Key, tuple[Tier, int, int]] = {
    ("openai", "gpt-4.1"): (Tier.QUALITY, CONTEXT, 80),
    ("openai", "gpt-4.1-mini"): (Tier.BALANCED, CONTEXT, 100),
    ("openai", "gpt-4.1-nano"): (Tier.FAST, CONTEXT, 150),
    ("google", "gemini-2.5-flash"): (Tier.BALANCED, CONTEXT, 200),
    ("google", "gemini-2.5-flash-lite"): (Tier.FAST, CONTEXT, 250),
    ("holysheep", "deepseek-v3.2"): (Tier.FAST, 128_000, 40),
}
"""Tier, context and tokens a second: round figures, assumed."""
THREE: tuple[Key, ...] = (("holysheep", "deepseek-v3.2"), ("google", "gemini-2.5-flash"), ("openai", "gpt-4.1"))
"""The article's, by tier."""
BEST = THREE[-1]


def candidates() -> dict[Key, Candidate]:
    """Return all models at today's prices."""
    book = Catalogue(listed=read_list(PRICES.read_text()).quotes())
    return {key: _candidate(key, book.quote(*key).price) for key in MODELS}


def _candidate(key: Key, price: Price) -> Candidate:
    tier, context, speed = MODELS[key]
    return Candidate(
        provider=key[0], model=key[1], tier=tier, price=price, context_limit=context, speed=speed, failures=0
    )
