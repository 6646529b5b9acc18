"""Tasks as they went, read for what they would have cost otherwise; of an account: a task, a batch, a day or a month.

Beside nobody's lock a command reads the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cost.port import Level
from engine.cost.whatif import Course, Made
from engine.domain.step import AttemptStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.cost.port import Scope
    from engine.domain.ids import TaskId
    from engine.domain.step import AttemptRecord, StepRecord
    from engine.domain.task import TaskSpec


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
