"""All tasks in memory, and the counts over them, kept as they change: never counted by walking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import PauseReason, Phase, State
from engine.domain.task import Standing, TaskSpec
from engine.runtime.record import TaskRecord

NEEDS_YOU = frozenset(
    {PauseReason.BUDGET, PauseReason.PROVIDER, PauseReason.STORAGE, PauseReason.REVIEW, PauseReason.LOOP}
)
"""Reasons of PAUSED that only the person can end."""

K = TypeVar("K")


UNKNOWN = "unknown"
"""What stands beside these reasons: nobody has decided what an attempt counts for whose end nobody knows."""


def need(standing: Standing) -> str:
    """Return for what a task waits for its person: `UNKNOWN`, or its reason; empty where it does not."""
    if standing.undecided:
        return UNKNOWN
    if standing.state in (State.FAILED, State.TIMEOUT):
        return standing.reason
    return standing.reason if standing.state is State.PAUSED and standing.reason in NEEDS_YOU else ""


class Register:
    """Records by id, in order of creation, with counts."""

    def __init__(self) -> None:
        """Begin empty."""
        self._records: dict[TaskId, TaskRecord] = {}
        self._by_state: Counter[State] = Counter()
        self._by_model: Counter[str] = Counter()
        self._by_batch: Counter[str] = Counter()
        self._needs_you: Counter[str] = Counter()
        self.interrupted: dict[TaskId, None] = {}
        """Tasks that an earlier end of the program stopped, in order."""
        self.stopped: dict[TaskId, None] = {}
        """Tasks that money stopped: PAUSED for a limit, or for a model that is fenced."""
        self.next_order = 0
        self.unknown = 0
        """Tasks with unknown attempts on which nobody has decided."""
        self.unknown_amount = 0
        """Pico of these attempts."""

    def __len__(self) -> int:
        """How many tasks there are."""
        return len(self._records)

    def __iter__(self) -> Iterator[TaskRecord]:
        """Go over the records in order."""
        return iter(self._records.values())

    def __contains__(self, task: TaskId) -> bool:
        """Whether the task is there."""
        return task in self._records

    def get(self, task: TaskId) -> TaskRecord:
        """Return a record; raises UNKNOWN_TASK."""
        try:
            return self._records[task]
        except KeyError:
            raise DroverError(ErrorCode.UNKNOWN_TASK, task) from None

    def add(self, record: TaskRecord) -> None:
        """Take in a task."""
        self._records[record.id] = record
        self.next_order = max(self.next_order, record.order + 1)
        self._count(record.spec, record.standing, 1)
        self._count_unknown(record.standing, 1)
        self.note_interruption(record)
        self._note_stop(record)

    def remove(self, task: TaskId) -> TaskRecord:
        """Take out a task."""
        record = self.get(task)
        del self._records[task]
        self.interrupted.pop(task, None)
        self.stopped.pop(task, None)
        self._count(record.spec, record.standing, -1)
        self._count_unknown(record.standing, -1)
        return record

    def moved(self, record: TaskRecord, before: Standing, after: Standing) -> None:
        """Count a change of standing."""
        if before.undecided != after.undecided:
            self._count_unknown(before, -1)
            self._count_unknown(after, 1)
        if (before.state, before.reason, need(before)) == (after.state, after.reason, need(after)):
            return
        self._count(record.spec, before, -1)
        self._count(record.spec, after, 1)
        self.note_interruption(record)
        self._note_stop(record)

    def edited(self, record: TaskRecord, before: TaskSpec) -> None:
        """Count a change of spec."""
        self._count(before, record.standing, -1)
        self._count(record.spec, record.standing, 1)

    def note_interruption(self, record: TaskRecord) -> None:
        """See whether a task waits for consent after an interruption."""
        paused = record.standing.state is State.PAUSED and record.standing.reason == PauseReason.INTERRUPTION
        if paused or record.phase is Phase.AWAITING_CONSENT:
            self.interrupted[record.id] = None
        else:
            self.interrupted.pop(record.id, None)

    def _note_stop(self, record: TaskRecord) -> None:
        standing = record.standing
        if standing.state is State.PAUSED and standing.reason in (PauseReason.BUDGET, PauseReason.PROVIDER):
            self.stopped[record.id] = None
        else:
            self.stopped.pop(record.id, None)
            record.offered = False

    def counts(self) -> tuple[Mapping[State, int], Mapping[str, int], Mapping[str, int], Mapping[str, int]]:
        """Return how many by state, by model, by batch, and by reason of needing the person."""
        return (
            dict(self._by_state),
            _present(self._by_model),
            _present(self._by_batch),
            _present(self._needs_you),
        )

    def _count(self, spec: TaskSpec, standing: Standing, by: int) -> None:
        self._by_state[standing.state] += by
        self._by_model[spec.model] += by
        if spec.batch:
            self._by_batch[spec.batch] += by
        if waits_for := need(standing):
            self._needs_you[waits_for] += by

    def _count_unknown(self, standing: Standing, by: int) -> None:
        if standing.undecided:
            self.unknown += by
            self.unknown_amount += by * sum(standing.undecided.values())


def _present(counts: Counter[K]) -> dict[K, int]:
    return {key: count for key, count in counts.items() if count > 0}
