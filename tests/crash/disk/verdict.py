"""What a store holds of what it was given: read through its port, before an engine is opened on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from engine.domain.damage import Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import AttemptRecord, AttemptStatus, LogEntry, Outcome
from engine.store.port import Spending, StoredTask, StoreReader
from engine.store.reading import checkpoints_of, log_entry, spending_of
from tests.crash.disk.witness import Given, History, Places, Witness

ENDS = (f":{ErrorCode.STORE_DAMAGED}", f":{ErrorCode.SETTINGS_LOST}")
"""What the codes of a repair's last records end with."""


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
    damage: tuple[Damage, ...] = ()
    """What it found when it was opened."""
    unread: list[TaskId] = field(default_factory=list[TaskId])
    """Tasks that the store would not give out."""
    spent: int = 0
    """Pico that count as spent or held."""
    refused: str = ""
    """Why it would not be opened."""
    mark: int = 0
    """The record that the watermark named, -1 where it could not be read."""

    def lost(self, promised: Mapping[TaskId, Places]) -> list[str]:
        """Return what was promised and is not there."""
        missing = self.missing(promised)
        return [f"task {task}, records {bits(places)}" for task, places in missing.items()]

    def missing(self, promised: Mapping[TaskId, Places]) -> dict[TaskId, Places]:
        """Return the records that were promised and are not there."""
        missing = {task: places & ~self.present.get(task, 0) for task, places in promised.items()}
        return {task: places for task, places in missing.items() if places}


async def read(store: StoreReader, witness: Witness, repaired: Collection[TaskId] = ()) -> Found:
    """Read every task, its records, texts, settings and checkpoints, and what was spent, and compare.

    Tasks that were `repaired` end with records that say so, and what is cut off of them still counts as spent.
    """
    found = Found()
    try:
        tasks, attempts = await store.scan(), list[AttemptRecord]()
        for task in tasks:
            attempts += await _task(store, task, witness, found, repaired=task.id in repaired)
        found.spent = (await store.spending()).total
        if not found.named:  # what cannot be read cannot be summed
            found.wrong += await _sums(store, attempts, more=bool(repaired))
    except DroverError as error:
        found.named.append(str(error))
    return found


async def _sums(store: StoreReader, attempts: Sequence[AttemptRecord], *, more: bool) -> list[str]:
    counted, summed, wrong = await store.spending(), spending_of(attempts), list[str]()
    if counted != summed and not (more and _covers(counted, summed)):
        wrong.append(f"spending {counted}, the attempts say {summed}")
    unfinished = {attempt.intent.attempt for attempt in attempts if attempt.outcome is None}
    if {attempt.intent.attempt for attempt in await store.open_attempts()} != unfinished:
        wrong.append("open attempts are not those without an outcome")
    return wrong


def _covers(counted: Spending, summed: Spending) -> bool:
    days = all(counted.days.get(day, 0) >= amount for day, amount in summed.days.items())
    return days and all(counted.batches.get(batch, 0) >= amount for batch, amount in summed.batches.items())


async def _task(
    store: StoreReader, task: StoredTask, witness: Witness, found: Found, *, repaired: bool
) -> Sequence[AttemptRecord]:
    history = witness.tasks.get(task.id)
    lost = repaired and task.standing.reason == ErrorCode.SETTINGS_LOST
    if history is None and lost:  # under a number: what it cost is all that is known of it
        return [attempt for step in await store.steps(task.id) for attempt in step.attempts]
    if history is None:
        found.wrong.append(f"task {task.id} is none of ours")
        return ()
    try:
        log, steps = await store.log(task.id), await store.steps(task.id)
        checkpoints = await store.checkpoints(task.id)
    except DroverError as error:
        found.named.append(str(error))
        found.unread.append(task.id)
        return ()
    if repaired:
        log = _before_repair(log)
    attempts = [attempt for step in steps for attempt in step.attempts]
    found.attempts.update(attempt.intent.attempt for attempt in attempts)
    found.accepted.update(attempt.intent.attempt for attempt in attempts if attempt.status is AttemptStatus.ACCEPTED)
    places = _places(log, history, {attempt.intent.attempt: attempt for attempt in attempts})
    if places is None or not (places or repaired):
        found.wrong.append(f"task {task.id}: a record that was not given")
        return attempts
    found.present[task.id] = sum(1 << place for place in places)
    if checkpoints != checkpoints_of(history.given[place].record for place in places):
        found.wrong.append(f"task {task.id}: checkpoints that were not given")
    if (task.spec not in history.specs and not lost) or not (
        repaired or task.standing == history.given[places[-1]].standing
    ):
        found.wrong.append(f"task {task.id}: its spec or standing is not what was given")
    return attempts


def _before_repair(log: Sequence[LogEntry]) -> Sequence[LogEntry]:
    """Return a log without the records that a repair ends it with: all of one time, what attempts cost, and a note."""
    end = len(log)
    while end and log[end - 1].at_ms == log[-1].at_ms and (log[end - 1].code.endswith(ENDS) or _told(log[end - 1])):
        end -= 1
    return log[:end]


def _told(entry: LogEntry) -> bool:
    return entry.kind in ("intent", "correction")


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
    return places


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
