"""The deadlines that run: listed for a person, extended or lifted while their attempt goes on.

More time is a recorded grant, so that it outlasts the attempt: it holds for as long as its level does (a step, a
window, the task), over retries and restarts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.domain.deadline import Deadline
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import TimeLevel
from engine.domain.step import NoteKind
from engine.domain.validate import MAX_SECONDS
from engine.runtime.bookkeeping import time_limit

if TYPE_CHECKING:
    from engine.domain.ids import TaskId
    from engine.runtime.batch_times import BatchTimes
    from engine.runtime.crew import Crew
    from engine.runtime.journal import Journal
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register


class Timeouts:
    """Reads and extends the deadlines of the attempts in flight."""

    def __init__(self, register: Register, journal: Journal, crew: Crew, batches: BatchTimes) -> None:
        """Look at the tasks of `register` that `crew` works on."""
        self._register = register
        self._journal = journal
        self._crew = crew
        self._batches = batches

    def all(self) -> tuple[Deadline, ...]:
        """Return every deadline that runs, task by task, the nearest of each first."""
        return tuple(deadline for task in self._crew.at_work() for deadline in self.of(task))

    def of(self, task: TaskId) -> tuple[Deadline, ...]:
        """Return the deadlines that run for a task, the nearest first; none while it waits or rests."""
        record = self._register.get(task)
        running, stream = record.deadlines, record.stream
        if running is None or stream is None:
            return ()
        return tuple(
            Deadline(
                task=task,
                step=stream.step,
                attempt=stream.number,
                level=level,
                limit_s=_finite(self._limit(record, level)),
                left_s=_finite(left),
            )
            for level, left in running.left().items()
            if math.isfinite(left) or level in record.tip.grants
        )

    def _limit(self, record: TaskRecord, level: TimeLevel) -> float:
        if level is TimeLevel.BATCH:
            return self._batches.limit(record)
        return time_limit(record.spec, record.tip, level)

    def extend(self, task: TaskId, level: TimeLevel, seconds: float | None) -> None:
        """See `engine.face.acting`."""
        record = self._register.get(task)
        if record.deadlines is None or level not in record.deadlines.left():
            raise DroverError(ErrorCode.NOT_POSSIBLE, level)
        if seconds is not None and not 0 < seconds <= MAX_SECONDS:
            raise DroverError(ErrorCode.TIME_LIMIT_OUT_OF_RANGE, str(seconds))
        more = math.inf if seconds is None else seconds
        record.deadlines.extend(level, more)
        grant(self._journal, record, level, more)


def grant(journal: Journal, record: TaskRecord, level: TimeLevel, seconds: float) -> None:
    """Record that a task has `seconds` more at `level` (`math.inf`: no limit)."""
    grants = {**record.tip.grants, level: record.tip.grants.get(level, 0.0) + seconds}
    if math.isfinite(seconds):
        journal.note(record, NoteKind.GRANT, level, {"seconds": seconds}, grants=grants)
    else:
        journal.note(record, NoteKind.GRANT, f"{level}:lifted", grants=grants)


def _finite(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None
