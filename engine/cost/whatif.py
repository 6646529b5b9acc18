"""What work that is done would have cost under another policy, with one model, or by other prices. Pure, and computed.

It rests on three assumptions, which whoever shows it says: replies would have been as long; every step would have been
right at once, so that failed attempts, which did cost, are in what was spent alone; and a provider keeps what it read
last of a task for five minutes, from 1,024 tokens on. Where a step really ran on the very model after the same one, its
cache is as reported. Both sides count a step as what it did cost where its usage is unknown, or where a policy has no
model for it and the one that made it has no price here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.cost.price import Price
from engine.cost.routing.port import Choice, Key, Load, Place
from engine.cost.routing.select import Terms, select
from engine.cost.routing.table import Table
from engine.domain.choice import Policy
from engine.domain.task import Complexity
from engine.domain.usage import Usage

CACHED_MS = 300_000
LEAST_CACHED = 1_024
BYTES_A_TOKEN = 4
"""A bound is of bytes: how far above what is expected it usually lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A step as it was made."""

    key: Key
    at_ms: int
    cost: int
    """Pico of the attempt that made it."""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A task as it went."""

    steps: tuple[Made, ...]
    spent: int
    """Pico of all its attempts."""
    total_steps: int = 1
    complexity: Complexity = Complexity.SIMPLE
    max_output: int = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What was spent, and what would have been. Pico."""

    tasks: int = 0
    steps: int = 0
    unknown: int = 0
    """Of them, those of which no usage is known."""
    spent: int = 0
    would: int = 0
    models: dict[Key, int] = field(default_factory=dict[Key, int])
    """Steps by the model that would have made them."""

    def plus(self, other: WhatIf) -> WhatIf:
        """Return both together."""
        models = {key: self.models.get(key, 0) + other.models.get(key, 0) for key in {*self.models, *other.models}}
        return WhatIf(
            tasks=self.tasks + other.tasks,
            steps=self.steps + other.steps,
            unknown=self.unknown + other.unknown,
            spent=self.spent + other.spent,
            would=self.would + other.would,
            models=models,
        )

    @property
    def saved(self) -> int:
        """What was saved against it; less than nothing where it would have cost less."""
        return self.would - self.spent

    @property
    def share(self) -> float:
        """Part of it that was saved; 0 where it would have cost nothing."""
        return self.saved / self.would if self.would else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """What to suppose: a policy, else one model for every step, else the models that made them."""

    policy: Policy | None = None
    model: Key | None = None
    prices: Mapping[Key, Price] = field(default_factory=dict[Key, Price])
    """Instead of those of today, for the models that it has."""


Pick = Callable[[Course, int, dict[Key, int], Key | None], tuple[Key, Price | None]]
"""Given a task, the place of a step in it, tokens in caches and the model before: which model, and its price.

None for a price is whatever the step did cost.
"""


def suppose(courses: Iterable[Course], pick: Pick) -> WhatIf:
    """Return what tasks would have cost with the models that `pick` takes."""
    tasks = steps = unknown = spent = would = 0
    models: dict[Key, int] = {}
    for course in courses:
        tasks, steps, spent = tasks + 1, steps + len(course.steps), spent + course.spent
        for key, cost, known in _replayed(course, pick):
            models[key] = models.get(key, 0) + 1
            unknown, would = unknown + (not known), would + cost
    return WhatIf(tasks=tasks, steps=steps, unknown=unknown, spent=spent, would=would, models=models)


def _replayed(course: Course, pick: Pick) -> Iterable[tuple[Key, int, bool]]:
    """Yield for each step who would have made it, at what cost, and whether that is known."""
    kept: dict[Key, tuple[int, int]] = {}
    before: Key | None = None
    really: Key | None = None
    for place, made in enumerate(course.steps):
        if made.usage is None:
            yield made.key, made.cost, False
            continue
        fresh = made.at_ms - CACHED_MS
        warm = {key: read for key, (at, read) in kept.items() if at >= fresh and read >= LEAST_CACHED}
        key, price = pick(course, place, warm, before)
        same = key == made.key and before == really
        kept[key] = made.at_ms, made.usage.input
        before, really = key, made.key
        if price is None:
            yield key, made.cost, True
        else:
            yield key, price.cost(made.usage if same else _as_if(made.usage, price, warm.get(key, 0))), True


def _as_if(usage: Usage, price: Price, warm: int) -> Usage:
    """Return what another model would report of the same tokens."""
    rates = price.at(usage.input)
    cached = min(warm, usage.input) if rates.cached_input < rates.input else 0
    return replace(usage, cached=cached, written=0)


def with_model(key: Key, price: Price) -> Pick:
    """Take one model for every step: the baseline that savings are told against."""
    return lambda _course, _place, _warm, _before: (key, price)


def as_it_was(price: Callable[[Key], Price]) -> Pick:
    """Take the models that made the steps, by other prices."""

    def pick(course: Course, place: int, _warm: dict[Key, int], _before: Key | None) -> tuple[Key, Price | None]:
        key = course.steps[place].key
        return key, price(key)

    return pick


def under(policy: Policy, table: Table) -> Pick:
    """Take what a policy would have chosen without a budget; where no context would do, what made the step.

    That may be none of the table, such as a fallback: then its price is none of the table's either.
    """
    prices = {each.key: each.price for each in table}

    def pick(course: Course, place: int, warm: dict[Key, int], before: Key | None) -> tuple[Key, Price | None]:
        made = course.steps[place]
        terms = Terms(candidates=table, load=_load(course, place), policy=policy, warm=warm, current=before)
        found = select(Place(place, max(course.total_steps, place + 1), course.complexity), None, terms)
        key = found.candidate.key if isinstance(found, Choice) else made.key
        return key, prices.get(key)

    return pick


def _load(course: Course, place: int) -> Load:
    usage = course.steps[place].usage or Usage()
    later = course.steps[place + 1].usage if place + 1 < len(course.steps) else None
    return Load(
        input=usage.input,
        output=usage.output,
        most_input=BYTES_A_TOKEN * usage.input,
        most_output=course.max_output,
        growth=max(0, later.input - usage.input) if later is not None else usage.output,
    )
