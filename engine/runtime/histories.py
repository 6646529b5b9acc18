"""What finished tasks took, step by step: what forecasts are told from.

While the program runs, every step adds to its task's course as it becomes durable. Of what earlier runs finished, the
last tasks of a model or a batch are read when a forecast first asks for them, off the loop, and kept.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.domain.errors import DroverError
from engine.domain.states import CompletionReason, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.domain.ids import TaskId
    from engine.domain.step import StepRecord
    from engine.domain.task import RecipeName, Standing, TaskSpec
    from engine.recipes.port import Recipe
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register
    from engine.store.port import StoreReader

KEPT = 60
"""Finished tasks of a kind that are remembered: more hardly tell more."""

Kind = tuple[str, str, str, str]
"""Provider, model, recipe, and batch, which is empty for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A finished task."""

    spec: TaskSpec
    first: int
    """Bytes of its first prompt."""
    cost: tuple[float, ...]
    """Pico of each step, with what was tried for it in vain."""
    seconds: tuple[float, ...]
    by_itself: bool
    """Whether it was done before its steps were used up."""


class Histories:
    """Of one engine."""

    def __init__(self, register: Register, store: StoreReader, recipe: Callable[[RecipeName], Recipe]) -> None:
        """Remember tasks of `register`, and read those of earlier runs from `store`."""
        self._register = register
        self._store = store
        self._recipe = recipe
        self._kinds: dict[Kind, deque[Past]] = {}
        self._read: set[Kind] = set()
        self._reading = asyncio.Lock()

    def moved(self, record: TaskRecord, before: Standing, after: Standing) -> None:
        """Take in that a task went on, in the order in which that became durable."""
        if after.steps_done == before.steps_done + 1 == len(record.course) + 1:
            record.course.append((after.spent, after.active_s))
        elif after.steps_done < before.steps_done:
            record.course.clear()  # it went back: what it took is no measure of another
        if after.state is State.COMPLETED and before.state is not State.COMPLETED:
            self._finished(record, after)

    def _finished(self, record: TaskRecord, standing: Standing) -> None:
        if record.course and len(record.course) == standing.steps_done:
            costs, seconds = (_steps(whole) for whole in zip(*record.course, strict=True))
            self._keep(self._past(record.spec, standing, costs, seconds))
        record.course.clear()

    async def of(self, spec: TaskSpec) -> tuple[list[Past], list[Past]]:
        """Return the finished tasks like this one: of its batch, and the others of its model."""
        everywhere, here = _kinds(spec)
        async with self._reading:  # who asks meanwhile would be told less, and who asked first may give up
            for kind in dict.fromkeys((here, everywhere)):
                if kind not in self._read:
                    await self._look_back(kind)
                    self._read.add(kind)
        batch = [each for each in self._kinds.get(here, ()) if spec.batch and _like(each, spec)]
        model = [each for each in self._kinds.get(everywhere, ()) if _like(each, spec)]
        return batch, [each for each in model if not spec.batch or each.spec.batch != spec.batch]

    async def _look_back(self, kind: Kind) -> None:
        """Read the last finished tasks of a kind that this run did not see finish."""
        seen = [each.spec for each in self._kinds.get(kind, ())]
        done = [r for r in self._register if r.standing.state is State.COMPLETED and kind in _kinds(r.spec)]
        done.sort(key=lambda record: record.standing.ended_at_ms or 0)
        found: list[Past] = []
        for record in done[-KEPT:]:
            if any(record.spec is spec for spec in seen):
                continue
            try:
                steps = await self._store.steps(record.id)
            except DroverError:  # it was deleted, or is damaged: it tells nothing
                continue
            if past := self._told(record.id, steps):
                found.append(past)
        self._kinds[kind] = deque((*found, *self._kinds.get(kind, ())), maxlen=KEPT)

    def _told(self, task: TaskId, steps: Iterable[StepRecord]) -> Past | None:
        if task not in self._register:
            return None
        record = self._register.get(task)
        made = [step for step in steps if step.done_by]
        if not made or len(made) != record.standing.steps_done:
            return None
        costs = tuple(float(step.cost) for step in made)
        seconds = tuple(sum(a.outcome.duration_s for a in step.attempts if a.outcome) for step in made)
        return self._past(record.spec, record.standing, costs, seconds)

    def _past(self, spec: TaskSpec, standing: Standing, costs: tuple[float, ...], seconds: tuple[float, ...]) -> Past:
        by_itself = standing.reason == CompletionReason.MARKER
        return Past(spec=spec, first=self.first(spec), cost=costs, seconds=seconds, by_itself=by_itself)

    def first(self, spec: TaskSpec) -> int:
        """Return the bytes of a task's first prompt."""
        messages = self._recipe(spec.recipe).prompt(spec, ())
        return sum(len(message.content.encode("utf-8", "replace")) for message in messages)

    def _keep(self, past: Past) -> None:
        for kind in dict.fromkeys(_kinds(past.spec)):
            self._kinds.setdefault(kind, deque(maxlen=KEPT)).append(past)


def _steps(whole: Sequence[float]) -> tuple[float, ...]:
    """Return what each step took, from what was taken at the end of each."""
    return tuple(after - before for before, after in pairwise((0.0, *whole)))


def _kinds(spec: TaskSpec) -> tuple[Kind, Kind]:
    """Return what a task is one of: all of its model, and those of its batch."""
    kind = spec.provider, spec.model, str(spec.recipe)
    return (*kind, ""), (*kind, spec.batch)


def _like(past: Past, spec: TaskSpec) -> bool:
    """Whether a finished task tells how far one goes that may make so many steps, with prompts that grow alike."""
    alike = (past.spec.context_policy, past.spec.policy) == (spec.context_policy, spec.policy)
    return alike and (past.by_itself or past.spec.total_steps >= spec.total_steps)
