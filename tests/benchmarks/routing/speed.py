"""How long a choice among 200 candidates takes: the CPU time of this thread, at the median of many different steps.

Candidates are drawn without any order in their prices, which is harder than a price list: there, who is dear is dear in
everything. Two models have a cache, half of the choices have a budget that makes them step down, and the table is made
before, as a task has it. What the plain rule takes stands beside it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from engine.cost.price import Price
from engine.cost.routing.port import Candidate, Load, Place
from engine.cost.routing.select import Terms, select
from engine.cost.routing.table import Table
from engine.domain.choice import Policy, Tier
from engine.domain.task import Complexity
from tests.property import plain_choice

COUNT = 200
QUESTIONS = 2_000
AGAIN = 5

Question = tuple[Place, int | None, Terms]


def candidates(rng: random.Random) -> list[Candidate]:
    """Return models of any price and context."""

    def one(number: int) -> Candidate:
        into, out = rng.randrange(50_000, 10_000_000), rng.randrange(200_000, 40_000_000)
        price = Price(input=into, cached_input=into // rng.choice((1, 2, 4, 10)), output=out, reasoning=out)
        limit = rng.choice((32_000, 128_000, 200_000, 400_000, 1_000_000))
        return Candidate(
            provider="p",
            model=f"m{number}",
            tier=rng.choice(tuple(Tier)),
            price=price,
            context_limit=limit,
            speed=rng.randrange(10, 300),
            failures=rng.choice((0, 0, rng.randrange(50))),
        )

    return [one(number) for number in range(COUNT)]


def questions(rng: random.Random, models: list[Candidate]) -> list[Question]:
    """Return steps of all kinds, with the table that their task has."""
    table, made = Table(models), list[Question]()
    for _ in range(QUESTIONS):
        total = rng.randrange(1, 60)
        place = Place(rng.randrange(total), total, rng.choice(tuple(Complexity)))
        read = rng.randrange(1_000, 30_000)
        load = Load(input=read, output=600, most_input=4 * read, most_output=4_096, growth=rng.choice((0, 700)))
        warm = {each.key: rng.randrange(read) for each in rng.sample(models, 2)}
        terms = Terms(
            candidates=table,
            load=load,
            policy=rng.choice((Policy.ECONOMY, Policy.BALANCED, Policy.QUALITY)),
            warm=warm,
            current=next(iter(warm)),
        )
        made.append((place, rng.choice((None, rng.randrange(10**10, 10**12))), terms))
    return made


def measured(choose: Callable[..., object], asked: list[Question]) -> float:
    """Return microseconds a choice, at the median; each is the fastest of some."""
    times: list[float] = []
    for question in asked:
        best = float("inf")
        for _ in range(AGAIN):
            begun = time.thread_time_ns()
            choose(*question)
            best = min(best, time.thread_time_ns() - begun)
        times.append(best / 1_000)
    return median(times)


def speeds(seed: int) -> dict[str, float]:
    """Return the median of a choice by the table, and by the plain rule."""
    rng = random.Random(seed)
    models = candidates(rng)
    asked = questions(rng, models)
    measured(select, asked[:200])  # its shelves are made once a task
    plain = [(place, budget, replace(terms, candidates=models)) for place, budget, terms in asked[:100]]
    return {
        "by the table": round(measured(select, asked), 1),
        "over all of them": round(measured(plain_choice.select, plain), 1),
    }
