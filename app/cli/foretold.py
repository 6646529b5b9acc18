"""What reading commands tell of a folder: as it is stored while a process holds it, else as the next start has it.

A program that was killed leaves requests without an end and tasks that "run". Nothing is written by looking; the rules
are those of the start (`engine.runtime.recovery`), so that both tell one state and one amount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from engine.domain.ids import AttemptId, TaskId
from engine.domain.ledger_entry import EntryKind, LedgerEntry
from engine.domain.outlay import Outlay
from engine.domain.step import AttemptRecord, AttemptStatus, StepRecord
from engine.runtime.recovery import foretold, unknown
from engine.store.outlays import outlays_of
from engine.store.port import StoredTask, StoreReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Tells what is so, or will be."""

    held: bool
    """Whether a process holds the folder: then all is as it is stored."""
    at_ms: int
    opened: Mapping[TaskId, Sequence[AttemptRecord]]
    """The attempts without an end, by task; empty while a process makes them."""

    @classmethod
    async def of(cls, reader: StoreReader, *, held: bool, at_ms: int) -> Foretold:
        """Read what is needed."""
        opened: dict[TaskId, list[AttemptRecord]] = defaultdict(list)
        for attempt in () if held else await reader.open_attempts():
            opened[attempt.intent.task].append(attempt)
        return cls(held=held, at_ms=at_ms, opened=opened)

    def task(self, task: StoredTask) -> StoredTask:
        """Return a task where it stands."""
        if self.held:
            return task
        return replace(task, standing=foretold(task.standing, self.opened.get(task.id, ()), self.at_ms))

    def steps(self, steps: Sequence[StepRecord]) -> tuple[StepRecord, ...]:
        """Return steps with the ends of their attempts."""
        if not self.opened:
            return tuple(steps)
        return tuple(replace(step, attempts=tuple(map(self._attempt, step.attempts))) for step in steps)

    async def entries(self, entries: AsyncIterator[LedgerEntry]) -> list[LedgerEntry]:
        """Return entries of the ledger, which sum to what was spent."""
        ends = {each.intent.attempt: self._attempt(each) for some in self.opened.values() for each in some}
        return [_entry(entry, ends) async for entry in entries]

    def outlays(self, rows: Sequence[Outlay]) -> tuple[Outlay, ...]:
        """Return sums of what was spent, with what a start will count of attempts without an end."""
        return (*rows, *outlays_of(self._attempt(each) for some in self.opened.values() for each in some))

    def _attempt(self, attempt: AttemptRecord) -> AttemptRecord:
        if attempt.outcome is not None:
            return attempt
        return replace(attempt, outcome=unknown(attempt.intent, self.at_ms))


def _entry(entry: LedgerEntry, ends: Mapping[AttemptId, AttemptRecord]) -> LedgerEntry:
    ended = ends.get(entry.attempt)
    if ended is None or ended.outcome is None or (entry.kind, entry.status) != (EntryKind.ATTEMPT, AttemptStatus.OPEN):
        return entry
    return replace(entry, status=ended.status, flags=ended.outcome.flags, cost=ended.cost)
