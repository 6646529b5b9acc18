"""The tasks of the battery: twenty a set, most with money to spare, some that run into their budget on the way."""

from __future__ import annotations

from engine.cost.port import Price
from engine.domain.money import PICO
from engine.domain.task import TaskSpec
from engine.simulator.config import SimulatedModel, SimulatorConfig

SIZE = 20
STEPS = 10
PROVIDER = "battery"
PRICE = Price(input=100_000, cached_input=25_000, cache_write=100_000, output=400_000, reasoning=400_000)
"""$0.10 and $0.40 a million tokens."""

AMPLE, TIGHT = PICO // 5, PICO // 2_500
"""Budgets in pico. The tight one is used up about half-way."""

MODEL = SimulatedModel(id="battery", tokens_per_s=2_000, first_token_s=0.004, reply_tokens=20, price=PRICE)


def herd(number: int) -> list[TaskSpec]:
    """Return the specs of a set; each goal is that task's alone, so that a request tells whose it is."""
    return [
        TaskSpec(
            goal=f"Set {number}, task {place}.",
            provider=PROVIDER,
            model=MODEL.id,
            max_steps=STEPS,
            max_output=64,
            checkpoint_interval=3,
            budget=TIGHT if place % 4 == 0 else AMPLE,
        )
        for place in range(SIZE)
    ]


def provider(seed: int) -> SimulatorConfig:
    """Return the configuration of the provider that the parent is."""
    return SimulatorConfig(seed=seed, models=(MODEL,))
