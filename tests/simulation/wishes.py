"""What a person asks for: tasks of every kind that matters to time, money and order."""

from __future__ import annotations

import random

from engine.domain.task import Complexity, RecipeName, RetryPolicy, TaskSpec, TimeLimits
from tests.simulation.scale import Scale

PROVIDERS = ("alpha", "beta")
BATCHES = ("", "", "", "north", "south")

STEP_COST = 25_000_000
"""Pico of a step for each step before it, about: the prompt grows."""


def wished(chance: random.Random, scale: Scale) -> TaskSpec:
    """Return a task."""
    pipeline = chance.random() < 0.3
    tight = chance.random() < 0.1
    limits = TimeLimits(attempt=chance.choice((6.0, 10.0, 25.0))) if chance.random() < 0.2 else TimeLimits()
    return TaskSpec(
        goal="" if pipeline else "Draft a page",
        recipe=RecipeName.PIPELINE if pipeline else RecipeName.ITERATE,
        prompts=tuple(f"Part {number}" for number in range(1, scale.steps + 1)) if pipeline else (),
        provider=chance.choice(PROVIDERS),
        model=chance.choice(("small", "large")),
        max_steps=scale.steps,
        max_output=100,
        checkpoint_interval=chance.choice((3, 5, 10)),
        budget=round(chance.uniform(0.3, 1.5) * STEP_COST * scale.steps**2) if tight else None,
        complexity=chance.choice(tuple(Complexity)),
        limits=limits,
        retry=RetryPolicy(max_retries=chance.choice((1, 3, 5))),
        priority=chance.choice((0, 0, 0, 1, -1)),
        batch=chance.choice(BATCHES),
    )
