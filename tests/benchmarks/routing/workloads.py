"""Three workloads: what each step reads and writes, and how hard it is.

- refinement: a draft made better over 50 steps, which see all drafts before (50 is the article's `max_steps`). Complex.
- classification: 10,000 rows, each a step of its own behind the same instructions, answered by one label, of which 10 %
  are hard.
- research: reading, thinking and writing in turn: a plan, pages read and noted, each third followed by an analysis, and
  a report.

Shapes, counts of tokens and shares of difficulty are assumptions; none is measured.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.task import Complexity
from tests.benchmarks.routing.models import Difficulty, Truth

EASY, MEDIUM, HARD = Difficulty


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a task."""

    fresh: int
    """Tokens it reads that no step before it read."""
    output: int
    difficulty: Difficulty
    hint: Complexity
    """What is said of it."""
    draw: float
    """Below a tier's share of right replies, that tier does it rightly."""
    check: float
    """Below the share of wrong replies that are caught, a wrong one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Tasks in the order they run."""

    name: str
    tasks: tuple[tuple[Step, ...], ...]
    shared: int = 0
    """Tokens of instructions that all tasks begin with."""
    horizon: int | None = None
    """For how many steps a cache is of use, as a caller would say it; see `Terms`."""


def _step(rng: random.Random, fresh: int, output: int, difficulty: Difficulty, hint: Complexity) -> Step:
    return Step(fresh=fresh, output=output, difficulty=difficulty, hint=hint, draw=rng.random(), check=rng.random())


def _about(rng: random.Random, tokens: int) -> int:
    return round(tokens * rng.uniform(0.7, 1.3))


def refinement(rng: random.Random, truth: Truth, scale: float) -> Workload:
    """Return 40 tasks of 50 steps, each reading a remark of 200 tokens and writing a draft of 600."""
    del truth

    def step(number: int) -> Step:
        difficulty = rng.choices((EASY, MEDIUM, HARD), (0.6, 0.3, 0.1))[0]
        return _step(rng, 1_500 if not number else _about(rng, 200), _about(rng, 600), difficulty, Complexity.COMPLEX)

    tasks = tuple(tuple(step(number) for number in range(50)) for _ in range(round(40 * scale)))
    return Workload(name="refinement", tasks=tasks)


def classification(rng: random.Random, truth: Truth, scale: float) -> Workload:
    """Return 10,000 rows of about 60 tokens, answered by about 15, behind 1,200 tokens of instructions."""

    def row() -> Step:
        hard = rng.random() < 0.1
        said = hard if rng.random() < truth.hint else not hard
        hint = Complexity.COMPLEX if said else Complexity.SIMPLE
        return _step(rng, _about(rng, 60), _about(rng, 15), HARD if hard else EASY, hint)

    return Workload(
        name="classification", tasks=tuple((row(),) for _ in range(round(10_000 * scale))), shared=1_200, horizon=100
    )


def research(rng: random.Random, truth: Truth, scale: float) -> Workload:
    """Return 100 tasks: a plan, 15 pages of 2,000 tokens with notes, 5 analyses, a report."""

    def thought(output: int) -> Step:
        said = Complexity.COMPLEX if rng.random() < truth.hint else Complexity.SIMPLE
        return _step(rng, 200, _about(rng, output), rng.choices((MEDIUM, HARD), (0.7, 0.3))[0], said)

    def page() -> Step:
        said = Complexity.SIMPLE if rng.random() < truth.hint else Complexity.COMPLEX
        return _step(rng, _about(rng, 2_000), _about(rng, 200), EASY, said)

    def task() -> tuple[Step, ...]:
        read = [page() if number % 4 else thought(700) for number in range(1, 21)]
        return (thought(500), *read, thought(2_000))

    return Workload(name="research", tasks=tuple(task() for _ in range(round(100 * scale))), horizon=1)


ALL: tuple[Callable[[random.Random, Truth, float], Workload], ...] = (refinement, classification, research)
