"""Tasks as they went, read for what they would have cost otherwise; of an account: a task, a batch, a day or a month.

Beside nobody's lock a command reads the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.cost.port import Level
from engine.cost.routing.table import Table
from engine.cost.whatif import Course, Made, Supposition, WhatIf, as_it_was, suppose, under, with_model
from engine.domain.choice import Policy
from engine.domain.slices import in_slices
from engine.domain.step import AttemptStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.cost.port import PriceBook, Scope
    from engine.cost.price import Price
    from engine.cost.routing.port import Key
    from engine.cost.whatif import Pick
    from engine.domain.ids import TaskId
    from engine.domain.step import AttemptRecord, StepRecord
    from engine.domain.task import TaskSpec
    from engine.store.port import StoreReader


class Supposing:
    """Answers from a store."""

    def __init__(self, reader: StoreReader, prices: PriceBook, table: Callable[[TaskSpec], Table]) -> None:
        """Read tasks by `reader`; `table` has what a policy could choose from for one of them."""
        self._reader = reader
        self._prices = prices
        self._table = table

    async def what_if(self, tasks: Iterable[tuple[TaskId, TaskSpec]], scope: Scope, asked: Supposition) -> WhatIf:
        """Return what tasks would have cost, as far as they count in an account; raises PRICE_UNKNOWN."""
        whole = WhatIf()
        async for task, spec in in_slices([each for each in tasks if concerns(scope, *each)]):
            course = course_of(spec, await self._reader.steps(task), scope)
            if course is not None:
                whole = whole.plus(suppose([course], self._pick(spec, asked)))
        return whole

    def _pick(self, spec: TaskSpec, asked: Supposition) -> Pick:
        def price(key: Key) -> Price:
            return asked.prices[key] if key in asked.prices else self._prices.quote(*key).price

        if asked.policy is not None and asked.policy is not Policy.FIXED:
            candidates = self._table(spec)
            return under(asked.policy, Table(replace(each, price=price(each.key)) for each in candidates))
        if asked.policy is not None:
            return with_model((spec.provider, spec.model), price((spec.provider, spec.model)))
        return as_it_was(price) if asked.model is None else with_model(asked.model, price(asked.model))


def concerns(scope: Scope, task: TaskId, spec: TaskSpec) -> bool:
    """Whether something of a task may count in an account."""
    return {Level.TASK: scope.key == task, Level.BATCH: scope.key == spec.batch}.get(scope.level, True)


def course_of(spec: TaskSpec, steps: Sequence[StepRecord], scope: Scope) -> Course | None:
    """Return how a task went, as far as it counts in an account; None where nothing of it does."""
    attempts = [each for step in steps for each in step.attempts if _counts(each, scope)]
    if not attempts:
        return None
    return Course(
        steps=tuple(_made(attempts)),
        spent=sum(each.cost for each in attempts),
        total_steps=spec.total_steps,
        complexity=spec.complexity,
        max_output=spec.max_output,
    )


def _counts(attempt: AttemptRecord, scope: Scope) -> bool:
    dated = scope.level in (Level.DAY, Level.MONTH)
    return attempt.outcome is not None and (not dated or attempt.intent.day.startswith(scope.key))


def _made(attempts: Sequence[AttemptRecord]) -> Iterable[Made]:
    for each in attempts:
        if each.status is AttemptStatus.ACCEPTED and each.outcome is not None:
            key = each.intent.provider, each.intent.model
            yield Made(key=key, at_ms=each.intent.at_ms, cost=each.cost, usage=each.outcome.usage)
