"""What a store holds of what it was given: read through its port, before an engine is opened on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from engine.domain.errors import DroverError
from engine.domain.ids import TaskId
from engine.domain.step import AttemptRecord, AttemptStatus, LogEntry, Outcome
from engine.store.port import StoredTask, StoreReader
from engine.store.reading import checkpoints_of, log_entry, spending_of
from tests.crash.disk.witness import Given, History, Places, Witness


@dataclass(slots=True)
class Found:
    """What a store gave out."""

    present: dict[TaskId, Places] = field(default_factory=dict[TaskId, Places])
    """Records that are there, as they were given."""
    attempts: set[str] = field(default_factory=set[str])
    """Attempts that the store knows of."""
    accepted: set[str] = field(default_factory=set[str])
    """Those of them whose reply is a step."""
    wrong: list[str] = field(default_factory=list[str])
    """What was given out and never given in."""
    named: list[str] = field(default_factory=list[str])
    """Damage that the store itself spoke of."""
    refused: str = ""
    """Why it would not be opened."""
    mark: int = 0
    """The record that the watermark named, -1 where it could not be read."""

    def lost(self, promised: Mapping[TaskId, Places]) -> list[str]:
        """Return what was promised and is not there."""
        missing = {task: places & ~self.present.get(task, 0) for task, places in promised.items()}
        return [f"task {task}, records {bits(places)}" for task, places in missing.items() if places]


async def read(store: StoreReader, witness: Witness) -> Found:
    """Read every task, its records, texts, settings and checkpoints, and what was spent, and compare."""
    found = Found()
    try:
        tasks, attempts = await store.scan(), list[AttemptRecord]()
        for task in tasks:
            attempts += await _task(store, task, witness, found)
        if not found.named:  # what cannot be read cannot be summed
            found.wrong += await _sums(store, attempts)
    except DroverError as error:
        found.named.append(str(error))
    return found


async def _sums(store: StoreReader, attempts: Sequence[AttemptRecord]) -> list[str]:
    counted, summed, wrong = await store.spending(), spending_of(attempts), list[str]()
    if counted != summed:
        wrong.append(f"spending {counted}, the attempts say {summed}")
    unfinished = {attempt.intent.attempt for attempt in attempts if attempt.outcome is None}
    if {attempt.intent.attempt for attempt in await store.open_attempts()} != unfinished:
        wrong.append("open attempts are not those without an outcome")
    return wrong


async def _task(store: StoreReader, task: StoredTask, witness: Witness, found: Found) -> Sequence[AttemptRecord]:
    history = witness.tasks.get(task.id)
    if history is None:
        found.wrong.append(f"task {task.id} is none of ours")
        return ()
    try:
        log, steps = await store.log(task.id), await store.steps(task.id)
        checkpoints = await store.checkpoints(task.id)
    except DroverError as error:
        found.named.append(str(error))
        return ()
    attempts = [attempt for step in steps for attempt in step.attempts]
    found.attempts.update(attempt.intent.attempt for attempt in attempts)
    found.accepted.update(attempt.intent.attempt for attempt in attempts if attempt.status is AttemptStatus.ACCEPTED)
    places = _places(log, history, {attempt.intent.attempt: attempt for attempt in attempts})
    if places is None:
        found.wrong.append(f"task {task.id}: a record that was not given")
        return attempts
    found.present[task.id] = sum(1 << place for place in places)
    if checkpoints != checkpoints_of(history.given[place].record for place in places):
        found.wrong.append(f"task {task.id}: checkpoints that were not given")
    if task.spec not in history.specs or task.standing != history.given[places[-1]].standing:
        found.wrong.append(f"task {task.id}: its spec or standing is not what was given")
    return attempts


def _places(log: Sequence[LogEntry], history: History, attempts: Mapping[str, AttemptRecord]) -> list[int] | None:
    """Return which of the given records a log holds, or None where it holds anything else."""
    places, place = list[int](), 0
    for entry in log:
        while place < len(history.given) and not _same(entry, history.given[place], attempts):
            place += 1
        if place == len(history.given):
            return None
        places.append(place)
        place += 1
    return places or None


def _same(entry: LogEntry, given: Given, attempts: Mapping[str, AttemptRecord]) -> bool:
    record = given.record
    if log_entry(entry.seq, record) != entry:
        return False
    if not isinstance(record, Outcome):
        return True
    stored = attempts[record.attempt].outcome if record.attempt in attempts else None
    return stored is not None and msgspec.structs.replace(stored, raw=b"") == msgspec.structs.replace(record, raw=b"")


def bits(places: Places) -> list[int]:
    """Return the places in a set."""
    return [place for place in range(places.bit_length()) if places >> place & 1]
