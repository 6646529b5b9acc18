"""What went wrong with one task, judged from three sides: what was acknowledged, what is stored, what was billed. Pure.

Each fault has a name of its own, so that one that is found after every kill is still one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from engine.domain.step import AttemptRecord, AttemptStatus, StepRecord
from engine.simulator.witness import Seen

INNOCENT = frozenset({AttemptStatus.OPEN, AttemptStatus.UNKNOWN, AttemptStatus.ACCEPTED})
"""How an attempt may end where the provider makes no fault: anything else was sent again without need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A step as it was acknowledged."""

    sha256: str
    at_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known of a task."""

    task: str
    steps: Sequence[StepRecord]
    saved: Mapping[int, Saved]
    seen: Sequence[Seen]
    budget: int
    kills: int
    """How often the program was killed since the task was created."""


@dataclass(slots=True)
class Faults:
    """Names of faults, by kind."""

    acked_lost: set[str] = field(default_factory=set[str])
    doubled_beyond_in_flight: set[str] = field(default_factory=set[str])
    ledger_below_truth: set[str] = field(default_factory=set[str])
    over_budget: set[str] = field(default_factory=set[str])

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(len(getattr(self, kind.name)) for kind in fields(self))

    def add(self, other: Faults) -> None:
        """Take in what was found elsewhere."""
        for kind in fields(self):
            getattr(self, kind.name).update(getattr(other, kind.name))

    def judge(self, case: Case) -> None:
        """Take in what is wrong with a task."""
        self.acked_lost.update(lost(case))
        self.doubled_beyond_in_flight.update(doubled(case))
        self.ledger_below_truth.update(below(case))
        self.over_budget.update(over(case))


def lost(case: Case) -> Iterator[str]:
    """Yield steps that were acknowledged and are not there, or not with the same text."""
    stored = {step.number: step.accepted.text for step in case.steps if step.accepted}
    for number, saved in case.saved.items():
        text = stored.get(number)
        if text is None or hashlib.sha256(text.encode()).hexdigest() != saved.sha256:
            yield f"{case.task} step {number}"


def doubled(case: Case) -> Iterator[str]:
    """Yield what was asked or accepted twice and was not merely in flight when the program was killed."""
    attempts = dict[str, AttemptRecord]((attempt.intent.attempt, attempt) for attempt in _attempts(case))
    for step in case.steps:
        statuses = [attempt.status for attempt in step.attempts]
        if statuses.count(AttemptStatus.ACCEPTED) > 1 or AttemptStatus.ACCEPTED in statuses[:-1]:
            yield f"{case.task} step {step.number} went on after it was accepted"
        if not INNOCENT.issuperset(statuses):
            yield f"{case.task} step {step.number} was given up without need"
    unfinished = Counter(attempt.status for attempt in attempts.values())
    if unfinished[AttemptStatus.OPEN] > 1 or unfinished[AttemptStatus.UNKNOWN] > case.kills:
        yield f"{case.task} had more than one attempt in flight"
    for request, times in Counter(seen.client_request_id for seen in case.seen).items():
        if times > 1:
            yield f"{case.task} sent {request} {times} times"
    for seen in case.seen:
        step = _step(attempts.get(seen.client_request_id), seen)
        saved = case.saved.get(step)
        if saved is not None and saved.at_ns < seen.arrived_ns:
            yield f"{case.task} asked again for step {step}"


def below(case: Case) -> Iterator[str]:
    """Yield requests that were billed and that the ledger does not count, or counts for less."""
    counted = dict[str, int]((attempt.intent.attempt, _counted(attempt)) for attempt in _attempts(case))
    for seen in case.seen:
        if counted.get(seen.client_request_id, -1) < seen.billed:
            yield f"{case.task} request {seen.client_request_id}"


def over(case: Case) -> Iterator[str]:
    """Yield the task if more was counted or billed for it than its budget."""
    counted = sum(map(_counted, _attempts(case)))
    if max(counted, sum(seen.billed for seen in case.seen)) > case.budget:
        yield case.task


def _attempts(case: Case) -> Iterable[AttemptRecord]:
    return (attempt for step in case.steps for attempt in step.attempts)


def _counted(attempt: AttemptRecord) -> int:
    return attempt.intent.held if attempt.outcome is None else attempt.outcome.cost


def _step(attempt: AttemptRecord | None, seen: Seen) -> int:
    """Return which step a request was for: by its intent, or where that is missing by the length of its context."""
    return seen.messages // 2 if attempt is None else attempt.intent.step
