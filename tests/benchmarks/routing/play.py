"""Plays a workload through a router: what is spent, and how many steps come out right.

A model caches what it read last of a task for five minutes, from 1,024 tokens on: what OpenAI documents, and taken for
all. Instructions that tasks share stay in the cache of a model that is used all the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.cost.routing.port import Candidate, Key, Load, Place
from engine.domain.usage import Usage
from tests.benchmarks.routing.models import Truth
from tests.benchmarks.routing.workloads import Step, Workload

CACHED_S = 300.0
LEAST_CACHED = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a router may see of a step."""

    place: Place
    load: Load
    warm: Mapping[Key, int]
    current: Key | None
    horizon: int | None
    """See `Terms`."""


class Router(Protocol):
    """Chooses a model for a step, and another when a reply failed its check."""

    def first(self, view: View) -> Candidate:
        """Return who takes the step."""
        ...

    def again(self, failed: Candidate, view: View) -> Candidate | None:
        """Return who tries again, or None."""
        ...


@dataclass(slots=True)
class Caches:
    """What each model still has of a task's prefix."""

    shared: int
    kept: dict[Key, tuple[float, int]] = field(default_factory=dict[Key, tuple[float, int]])

    def warm(self, now: float) -> dict[Key, int]:
        """Return the tokens that are still there."""
        return {
            key: tokens
            for key, (since, tokens) in self.kept.items()
            if now - since <= CACHED_S and tokens >= LEAST_CACHED
        }

    def next_task(self) -> None:
        """Keep only what all tasks begin with."""
        self.kept = {key: (since, min(tokens, self.shared)) for key, (since, tokens) in self.kept.items()}


@dataclass(slots=True)
class Score:
    """What came of it."""

    spent: int = 0
    steps: int = 0
    right: int = 0
    again: int = 0
    ends: int = 0
    ends_right: int = 0
    """Of the first and last steps of tasks that have a middle."""

    @property
    def quality(self) -> float:
        """Points of a hundred: steps done rightly."""
        return self.weighed(1)

    def weighed(self, weight: int) -> float:
        """Count first and last steps so many times."""
        extra = weight - 1
        return 100 * (self.right + extra * self.ends_right) / (self.steps + extra * self.ends)


@dataclass(slots=True)
class Play:
    """One router at one workload."""

    router: Router
    workload: Workload
    truth: Truth
    now: float = 0.0
    score: Score = field(default_factory=Score)

    def run(self) -> Score:
        """Play all tasks."""
        caches = Caches(self.workload.shared)
        for task in self.workload.tasks:
            self._task(task, caches)
            caches.next_task()
        return self.score

    def _task(self, task: tuple[Step, ...], caches: Caches) -> None:
        prefix, current = self.workload.shared, None
        for number, step in enumerate(task):
            read = prefix + step.fresh
            place = Place(number, len(task), step.hint)
            current = self._step(step, place, read, current, caches)
            prefix = read + step.output

    def _step(self, step: Step, place: Place, read: int, current: Key | None, caches: Caches) -> Key:
        view = self._view(step, place, read, current, caches)
        model = self.router.first(view)
        right = self._reply(model, step, read, caches)
        while not right and step.check < self.truth.caught:
            higher = self.router.again(model, self._view(step, place, read, current, caches))
            if higher is None:
                break
            model, self.score.again = higher, self.score.again + 1
            right = self._reply(model, step, read, caches)
        self.score.steps += 1
        self.score.right += right
        end = place.total_steps > 1 and not (place.step and place.later)
        self.score.ends += end
        self.score.ends_right += end and right
        return model.key

    def _view(self, step: Step, place: Place, read: int, current: Key | None, caches: Caches) -> View:
        load = Load(
            input=read,
            output=step.output,
            most_input=4 * read,
            most_output=4_096,
            growth=0 if place.total_steps == 1 else step.fresh + step.output,
        )
        return View(place=place, load=load, warm=caches.warm(self.now), current=current, horizon=self.workload.horizon)

    def _reply(self, model: Candidate, step: Step, read: int, caches: Caches) -> bool:
        cached = caches.warm(self.now).get(model.key, 0)
        self.score.spent += model.price.cost(Usage(input=read, cached=min(cached, read), output=step.output))
        self.now += 1.0 + step.output / model.speed
        caches.kept[model.key] = (self.now, read)
        return step.draw < self.truth.right(model.tier, step.difficulty)
