"""The deadlines of batches: moments of the wall's clock, kept by the store, the outermost level of every task in them.

A moment and no sum of active time: thousands of tasks have no active time in common, and what a person means is "by
seven o'clock". Who streams is cut by the deadline of the attempt, as at every level; who waits is told here. The
clock on the wall jumps and computers sleep, so it is looked at anew at least every `LOOK_S` seconds.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.moments import MAX_MOMENT_MS
from engine.domain.states import Event, TimeLevel
from engine.runtime.stop import Stop
from engine.runtime.timetable import LOOK_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.runtime.crew import Crew
    from engine.runtime.journal import Journal
    from engine.runtime.parts import EngineParts
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register

KEPT_AS = "batch_deadline"
"""What the store calls such a limit: its table of limits that no task's spec holds has it by level and key."""


class BatchTimes:
    """Knows, sets and enforces them."""

    def __init__(self, parts: EngineParts, register: Register) -> None:
        """Begin with none; `begin` lets them hold."""
        self._parts = parts
        self._register = register
        self._ends: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._crew: Crew | None = None

    def begin(self, limits: Mapping[tuple[str, str], int], crew: Crew) -> None:
        """Take those that the store has, and watch over the tasks that `crew` works on."""
        self._ends = {key: at_ms for (level, key), at_ms in limits.items() if level == KEPT_AS}
        self._crew = crew
        self._wait()

    def stop(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def end(self, batch: str) -> int | None:
        """Return the wall time by which a batch is to be done, or None."""
        return self._ends.get(batch)

    def left(self, record: TaskRecord) -> float:
        """Return the seconds that a task's batch leaves it, with what was granted to it; infinite without an end."""
        end = self._ends.get(record.spec.batch)
        if end is None:
            return math.inf
        granted = record.tip.grants.get(TimeLevel.BATCH, 0.0)
        return (end - self._parts.clock.wall_ms()) / 1000 + granted

    def limit(self, record: TaskRecord) -> float:
        """Return the seconds that the task had when it was made, with what was granted."""
        return self.left(record) + (self._parts.clock.wall_ms() - record.tip.created_at_ms) / 1000

    def set(self, batch: str, at_ms: int | None, journal: Journal) -> None:
        """Let a batch end at another time, or at none, what runs of it at once; raises TIME_LIMIT_OUT_OF_RANGE."""
        if at_ms is not None and not 0 < at_ms <= MAX_MOMENT_MS:
            raise DroverError(ErrorCode.TIME_LIMIT_OUT_OF_RANGE, str(at_ms))
        if at_ms is None:
            self._ends.pop(batch, None)
        else:
            self._ends[batch] = at_ms
        journal.keep(self._parts.store.set_budget(KEPT_AS, batch, at_ms))
        for record in self._working():
            if record.spec.batch == batch and record.deadlines is not None:
                record.deadlines.put(TimeLevel.BATCH, self.left(record))
        self._wait()

    def _working(self) -> Iterator[TaskRecord]:
        return map(self._register.get, self._crew.at_work()) if self._crew is not None else iter(())

    def _wait(self) -> None:
        self.stop()
        now = self._parts.clock.wall_ms()
        if self._ends:  # behind an end, too: what was granted to a task beyond it has an end of its own
            coming = ((end - now) / 1000 for end in self._ends.values() if end > now)
            self._timer = asyncio.get_running_loop().call_later(min((LOOK_S, *coming)), self._look)

    def _look(self) -> None:
        """Stop who waits for a slot, a limit or a provider past the end of its batch."""
        for record in self._working():
            if record.stream is None and self.left(record) <= 0 and self._crew is not None:
                self._crew.halt(record.id, Stop(Event.EXPIRE, TimeLevel.BATCH))
        self._wait()
