"""Tells what tasks will cost and how long they will take: `engine.cost.forecast` over what is known now.

Whoever asks waits for the store where finished tasks have to be read for the first time; from then on it is arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.cost.forecast import Course, Expectation, forecast
from engine.cost.sums import together
from engine.domain.context_policy import ContextPolicy
from engine.domain.errors import DroverError
from engine.domain.foresight import Foresight, Span
from engine.domain.slices import in_slices
from engine.domain.states import FINAL
from engine.domain.task import Route, Standing
from engine.domain.usage import Usage
from engine.runtime.worst import exchanges, worst_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.cost.port import Price
    from engine.domain.task import TaskSpec
    from engine.runtime.choices import Choices
    from engine.runtime.contexts import Contexts
    from engine.runtime.histories import Histories, Past
    from engine.runtime.parts import EngineParts

NEW = Standing()
Asked = tuple["TaskSpec", Standing]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Of tasks that differ in their prompts alone, before their first step."""

    past: tuple[list[Past], list[Past]]
    price: Price | None
    cost: Expectation | None
    """Of one whose size is `size`."""
    size: float
    seconds: Expectation | None


class Foresights:
    """Of one engine."""

    def __init__(self, parts: EngineParts, histories: Histories, contexts: Contexts, choices: Choices) -> None:
        """Tell from `histories`, and from what was learned of models; `choices` know where a policy may send a task."""
        self._parts = parts
        self._histories = histories
        self._contexts = contexts
        self._choices, self._learned = choices, choices.learned

    async def one(self, spec: TaskSpec, standing: Standing = NEW) -> Foresight:
        """Return what a task will come to."""
        batch, model = await self._histories.of(spec)
        price = self._price(spec)
        cost = self._cost(spec, standing, (batch, model), price)
        seconds = self._seconds(spec, standing, (batch, model))
        return Foresight(
            cost=None if cost is None else _span(cost),
            seconds=None if seconds is None else _span(seconds),
            most=self._most(spec),
            tasks=len(batch) + len(model),
            full_at=self._full_at(spec),
        )

    async def many(self, asked: Sequence[Asked]) -> Foresight:
        """Return what tasks will come to together; nothing where one of them tells nothing."""
        costs, times, told = list[tuple[Expectation, int]](), list[tuple[Expectation, int]](), 0
        groups: dict[tuple[object, ...], _Group] = {}
        async for spec, standing in in_slices(asked):
            group = groups.get(_alike(spec))
            if group is None:
                past = await self._histories.of(spec)
                group = groups[_alike(spec)] = self._group(spec, past)
                told = max(told, len(past[0]) + len(past[1]))
            cost, seconds = self._of(group, spec, standing)
            if cost is None or seconds is None:
                return Foresight()
            costs.append((cost, 1))
            times.append((seconds, 1))
        if not costs:
            return Foresight()
        return Foresight(cost=together(costs, told), seconds=together(times, told), tasks=told)

    def _group(self, spec: TaskSpec, past: tuple[list[Past], list[Past]]) -> _Group:
        """Return what is the same for all tasks that differ in their prompts alone: what they cost goes by size."""
        price = self._price(spec)
        unit = self._cost(spec, NEW, past, price)
        size = self._size(spec, self._histories.first(spec), price)
        return _Group(past=past, price=price, cost=unit, size=size, seconds=self._seconds(spec, NEW, past))

    def _of(self, group: _Group, spec: TaskSpec, standing: Standing) -> tuple[Expectation | None, Expectation | None]:
        if standing.steps_done or standing.state in FINAL:
            cost = self._cost(spec, standing, group.past, group.price)
            return cost, self._seconds(spec, standing, group.past)
        if group.cost is None:
            return None, None
        size = self._size(spec, self._histories.first(spec), group.price)
        return _times(group.cost, size / group.size, standing.spent), group.seconds

    def _most(self, spec: TaskSpec) -> int | None:
        try:
            prices = self._choices.prices(spec)
        except DroverError:
            return None
        return max(worst_case(spec, self._parts.recipe(spec.recipe), price) for price in prices)

    def _price(self, spec: TaskSpec) -> Price | None:
        try:
            return self._parts.prices.quote(spec.provider, spec.model).price
        except DroverError:
            return None

    def _cost(
        self, spec: TaskSpec, standing: Standing, past: tuple[list[Past], list[Past]], price: Price | None
    ) -> Expectation | None:
        """Return pico; what is finished costs what it did."""
        size = self._size(spec, self._histories.first(spec), price)
        own = Course(curve=_even(standing.spent, standing.steps_done), size=size)
        batch, model = (
            [Course(curve=each.cost, size=self._size(each.spec, each.first, price)) for each in some] for some in past
        )
        return _told(own, spec, standing, batch, model)

    def _seconds(self, spec: TaskSpec, standing: Standing, past: tuple[list[Past], list[Past]]) -> Expectation | None:
        """Return seconds of work."""
        own = Course(curve=_even(standing.active_s, standing.steps_done))
        batch, model = ([Course(curve=each.seconds) for each in some] for some in past)
        return _told(own, spec, standing, batch, model)

    def _size(self, spec: TaskSpec, first: int, price: Price | None) -> float:
        """Return what is expected of a task before it begins, from its prompt: only its proportion to others counts."""
        route, steps = Route(provider=spec.provider, model=spec.model), max(1, spec.total_steps)
        output = self._learned.output((spec.provider, spec.model), spec.max_output)
        read = self._contexts.tokens(route, first) + output * exchanges(spec) // steps
        cost = price.cost(Usage(input=read, output=output)) if price else 0
        return float(cost or 1)

    def _full_at(self, spec: TaskSpec) -> int:
        """Return the first step whose prompt is expected not to fit; a task that is summed up begins anew before."""
        route = Route(provider=spec.provider, model=spec.model)
        limit = self._contexts.known(route)
        first = self._contexts.tokens(route, self._histories.first(spec))
        output = self._learned.output((spec.provider, spec.model), spec.max_output)
        if limit is None:
            return 0
        step = max(1, (limit - first) // max(1, output) + 1)
        steps = spec.total_steps
        if spec.context_policy is ContextPolicy.WINDOW:
            steps = min(steps, spec.window_steps + 1)
        if spec.context_policy is ContextPolicy.SUMMARY:
            steps = 1
        return step if step <= steps else 0


def _told(
    own: Course, spec: TaskSpec, standing: Standing, batch: Sequence[Course], model: Sequence[Course]
) -> Expectation | None:
    if standing.state in FINAL:
        return forecast(own, standing.steps_done, (), ())
    return forecast(own, spec.total_steps, batch, model)


def _alike(spec: TaskSpec) -> tuple[object, ...]:
    """Return what tasks have in common that a forecast differs by in proportion to their prompts alone."""
    grows = spec.total_steps, spec.max_output, spec.context_policy, spec.window_steps
    return spec.provider, spec.model, spec.recipe, spec.batch, spec.policy, *grows


def _times(one: Expectation, factor: float, spent: int) -> Expectation:
    low, middle, mean, high = (spent + factor * each for each in (one.low, one.middle, one.mean, one.high))
    return replace(one, low=low, middle=middle, mean=mean, high=high)


def _even(whole: float, steps: int) -> tuple[float, ...]:
    """Return a course of so many steps that took so much: only its length and its sum count."""
    return (whole / steps,) * steps if steps else ()


def _span(expected: Expectation) -> Span:
    return Span(low=expected.low, middle=expected.middle, high=expected.high)
