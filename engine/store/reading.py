"""How records are put together for a reader: pure, shared by the store and its fake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from engine.domain.context_policy import Summary
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.history import History
from engine.domain.ids import AttemptId, TaskId
from engine.domain.ledger_entry import EntryKind, LedgerEntry
from engine.domain.plain_text import one_line
from engine.domain.states import State
from engine.domain.step import (
    AttemptRecord,
    AttemptStatus,
    Checkpoint,
    Correction,
    Fork,
    Intent,
    LogEntry,
    Note,
    NoteKind,
    Outcome,
    Record,
    StepRecord,
    Verdict,
)
from engine.store.port import Point, Spending, StoredTask

TOLD_IN_LOG = 200
"""Characters of a person's words in a line of the log."""


def created(task: StoredTask) -> Note:
    """Return the first note of a task, with the state that it begins in where it is not PENDING."""
    standing = task.standing
    at_once = standing.state is State.PENDING or standing.started_at_ms is not None
    code = "" if at_once else f"{standing.state}:{standing.reason}"
    return Note(task=task.id, kind=NoteKind.CREATED, code=code, at_ms=standing.created_at_ms)


def attempts_of(records: Iterable[Record]) -> tuple[AttemptRecord, ...]:
    """Return the attempts in the order they were made, each with what was said, and decided, of it since."""
    attempts: dict[AttemptId, AttemptRecord] = {}
    waiting: tuple[str, ...] = ()
    for record in records:
        match record:
            case Intent(sums_up=0):
                attempts[record.attempt] = AttemptRecord(intent=record, told=waiting)
                waiting = ()
            case Intent():  # a summary is told nothing: what waits is for the step
                attempts[record.attempt] = AttemptRecord(intent=record)
            case Outcome():
                attempts[record.attempt] = replace(attempts[record.attempt], outcome=record)
            case Correction():
                attempts[record.attempt] = replace(attempts[record.attempt], correction=record)
            case Note():
                _supersede(attempts, record)
                _decide(attempts, record)
                waiting += instruction_of(record)
            case _:
                pass
    return tuple(attempts.values())


def instruction_of(note: Note) -> tuple[str, ...]:
    """Return what a note adds to what the next request says."""
    rejects = note.kind is NoteKind.APPROVAL and note.code == Verdict.REJECTED
    return (note.text,) if rejects or note.kind is NoteKind.INSTRUCTION else ()


def goes_back_to(record: Record) -> int | None:
    """Return the steps that a record leaves of those that were done; None where it takes none away."""
    if not isinstance(record, Note):
        return None
    if record.kind is NoteKind.RESTORED:
        return int(record.figures["step"])
    if record.kind is NoteKind.APPROVAL and record.code == Verdict.REJECTED:
        return int(record.figures["step"]) - 1
    return None


def _decide(attempts: dict[AttemptId, AttemptRecord], note: Note) -> None:
    if note.kind is NoteKind.APPROVAL and note.attempt in attempts:
        before = attempts[note.attempt]
        attempts[note.attempt] = replace(before, verdict=Verdict(note.code), words=note.text)


def _supersede(attempts: dict[AttemptId, AttemptRecord], note: Note) -> None:
    """Mark what came after the step that a task went back to; after a no, what was summed up for it stays."""
    step, keeps = goes_back_to(note), note.kind is NoteKind.APPROVAL
    for id_, attempt in attempts.items():
        if step is not None and attempt.intent.step > step and not (keeps and attempt.intent.sums_up):
            attempts[id_] = replace(attempt, superseded=True)


def steps_of(records: Iterable[Record]) -> tuple[StepRecord, ...]:
    """Return a task's steps with their attempts; those of a fork's parent are not among them."""
    by_step: dict[int, list[AttemptRecord]] = defaultdict(list)
    for attempt in attempts_of(records):
        by_step[attempt.intent.step].append(attempt)
    return tuple(StepRecord(number=number, attempts=tuple(made)) for number, made in sorted(by_step.items()))


def replies_of(records: Sequence[Record]) -> tuple[str, ...]:
    """Return the texts of the accepted steps, first to last, with those that a fork began with.

    Raises TEXT_DROPPED where one of them was dropped: no context is ever silently shorter.
    """
    fork = parent_of(records)
    inherited = fork.replies if fork else ()
    done = [step.done_by for step in steps_of(records) if step.done_by]
    if any(attempt.dropped for attempt in done) or (fork is not None and len(inherited) < fork.step):
        raise DroverError(ErrorCode.TEXT_DROPPED)
    return (*inherited[: _inherited(records)], *(attempt.text for attempt in done))


def history_of(records: Sequence[Record]) -> History:
    """Return what a task's context is made of; raises TEXT_DROPPED."""
    return History(
        replies=replies_of(records),
        told=_told(records),
        inherited=_inherited(records),
        summaries=_summaries(records),
    )


def _summaries(records: Sequence[Record]) -> tuple[Summary, ...]:
    """Return what stands for the beginning, without what was summed up for steps that were gone back behind."""
    fork = parent_of(records)
    made = [attempt for attempt in attempts_of(records) if attempt.status is AttemptStatus.SUMMED]
    if any(attempt.dropped for attempt in made):
        raise DroverError(ErrorCode.TEXT_DROPPED)
    kept = _inherited(records)
    return (
        *(each for each in (fork.summaries if fork else ()) if each.step <= kept),
        *(
            Summary(step=attempt.intent.step, covers=attempt.intent.sums_up, text=attempt.text)
            for attempt in made
            if not attempt.superseded
        ),
    )


def _inherited(records: Sequence[Record]) -> int:
    """Return how many replies of its parent a fork still has."""
    fork = parent_of(records)
    left = (step for step in map(goes_back_to, records) if step is not None)
    return min((*left, len(fork.replies))) if fork else 0


def _told(records: Sequence[Record]) -> dict[int, tuple[str, ...]]:
    """Return what requests said in their person's words, by step, without the steps that were gone back behind.

    A step that is made again after a no is told what it was told before, and more.
    """
    fork = parent_of(records)
    told, waiting = dict(fork.told) if fork else {}, tuple[str, ...]()
    for record in records:
        if isinstance(record, Intent) and waiting and not record.sums_up:
            told[record.step], waiting = (*told.get(record.step, ()), *waiting), ()
        elif isinstance(record, Note):
            waiting += instruction_of(record)
            if record.kind is NoteKind.RESTORED:
                told = {step: said for step, said in told.items() if step <= record.figures["step"]}
    return told


def checkpoints_of(records: Iterable[Record]) -> tuple[Checkpoint, ...]:
    """Return the points the task can be restored to, first to last: those it went back behind are gone."""
    points: list[Checkpoint] = []
    for record in records:
        if isinstance(record, Checkpoint):
            points.append(record)
        elif (left := goes_back_to(record)) is not None:
            points = [point for point in points if point.step <= left]
    return tuple(points)


def point_of(records: Sequence[Record], step: int, hash_of: Callable[[int], bytes | None]) -> Point:
    """Return the last checkpoint at `step` that is still one; raises NO_CHECKPOINT. `hash_of` knows by place."""
    point = next((point for point in reversed(checkpoints_of(records)) if point.step == step), None)
    if point is None:
        raise DroverError(ErrorCode.NO_CHECKPOINT, str(step))
    place = max(place for place, record in enumerate(records, 1) if record is point)
    edited = any(_edits(each) for each in records[place:])
    history = history_of(records).until(step)
    return Point(checkpoint=point, place=place, hash=hash_of(place) or b"", history=history, edited=edited)


def _edits(record: Record) -> bool:
    """Whether the context before a record may be another than the one after."""
    if not isinstance(record, Note):
        return False
    return record.kind is NoteKind.EDITED or (record.kind is NoteKind.APPROVAL and record.code == Verdict.EDITED)


def parent_of(records: Sequence[Record]) -> Fork | None:
    """Return where a task comes from, if it is a fork."""
    first = records[0] if records else None
    return first if isinstance(first, Fork) else None


def spending_of(attempts: Iterable[AttemptRecord]) -> Spending:
    """Sum what attempts cost; one without an outcome counts at its hold."""
    return summed((attempt.intent.day, attempt.intent.batch, attempt.cost) for attempt in attempts)


def summed(amounts: Iterable[tuple[str, str, int]]) -> Spending:
    """Sum amounts (pico) by day and batch."""
    total = 0
    days: dict[str, int] = defaultdict(int)
    batches: dict[str, int] = defaultdict(int)
    for day, batch, amount in amounts:
        total += amount
        days[day] += amount
        if batch:
            batches[batch] += amount
    return Spending(total=total, days=dict(days), batches=dict(batches))


def ledger_entries(task: TaskId, title: str, records: Iterable[Record], *, sound: bool = True) -> Iterator[LedgerEntry]:
    """Go over what a task's records say of money: its attempts in their order, each before its corrections.

    Where they are not all there, a last entry says so: what it counted for is in the sums alone. What a repair found
    counted, and no attempt explains any more, is an entry of its own.
    """
    corrections: dict[AttemptId, list[Correction]] = defaultdict(list)
    kept = tuple(records)
    for record in kept:
        if isinstance(record, Correction):
            corrections[record.attempt].append(record)
    attempts = attempts_of(kept)
    for attempt in attempts:
        entry = _attempt_entry(title, attempt)
        yield entry
        for correction in corrections[entry.attempt]:
            yield _correction_entry(entry, correction)
    last = attempts[-1].intent if attempts else None
    for note in kept:
        if isinstance(note, Note) and note.kind is NoteKind.RECOVERED and int(note.code):
            yield _unexplained_entry(title, note, last)
    if not sound:
        yield LedgerEntry(kind=EntryKind.DAMAGED, at_ms=kept[-1].at_ms if kept else 0, task=task, title=title)


def _attempt_entry(title: str, attempt: AttemptRecord) -> LedgerEntry:
    intent, outcome = attempt.intent, attempt.outcome
    return LedgerEntry(
        kind=EntryKind.ATTEMPT,
        at_ms=intent.at_ms,
        day=intent.day,
        task=intent.task,
        title=title,
        batch=intent.batch,
        step=intent.step,
        number=intent.number,
        provider=intent.provider,
        model=intent.model,
        price_list=intent.price_list,
        status=attempt.status,
        flags=outcome.flags if outcome else (),
        error=outcome.error if outcome else "",
        usage=outcome.usage if outcome else None,
        held=intent.held,
        cost=outcome.cost if outcome else 0,
        attempt=intent.attempt,
        provider_request_id=outcome.provider_request_id if outcome else "",
    )


def _unexplained_entry(title: str, note: Note, last: Intent | None) -> LedgerEntry:
    """Return what a task had counted beyond its attempts, where its last one counts."""
    return LedgerEntry(
        kind=EntryKind.DAMAGED,
        at_ms=note.at_ms,
        day=last.day if last else "",
        task=note.task,
        title=title,
        batch=last.batch if last else "",
        provider=last.provider if last else "",
        model=last.model if last else "",
        cost=int(note.code),
    )


def _correction_entry(entry: LedgerEntry, correction: Correction) -> LedgerEntry:
    return replace(
        entry,
        kind=EntryKind.CORRECTION,
        at_ms=correction.at_ms,
        status=correction.by,
        flags=(),
        error="",
        usage=None,
        held=0,
        cost=correction.amount - correction.before,
    )


def log_entry(seq: int, record: Record) -> LogEntry:
    """Return a record as a line of the task's log. Money is in pico, times in seconds."""
    match record:
        case Intent():
            figures: dict[str, float] = {"step": record.step, "attempt": record.number, "held": record.held}
            return LogEntry(seq=seq, at_ms=record.at_ms, kind="intent", code=record.model, figures=figures)
        case Outcome():
            figures = {"step": record.step, "cost": record.cost, "duration_s": record.duration_s}
            if record.usage is not None:
                figures |= {"input": record.usage.input, "output": record.usage.output}
            code = f"{record.status}:{record.error}" if record.error else str(record.status)
            return LogEntry(
                seq=seq, at_ms=record.at_ms, kind="outcome", code=code, figures=figures, detail=record.detail
            )
        case Checkpoint():
            figures = dict[str, float](step=record.step, cost=record.cost)
            return LogEntry(seq=seq, at_ms=record.at_ms, kind="checkpoint", code=record.policy, figures=figures)
        case Note():
            return _noted(seq, record)
        case Correction():
            figures = {"step": record.step, "before": record.before, "amount": record.amount}
            return LogEntry(seq=seq, at_ms=record.at_ms, kind="correction", code=record.by, figures=figures)
        case Fork():
            return LogEntry(seq=seq, at_ms=record.at_ms, kind="fork", code=record.parent, figures={"step": record.step})


def _noted(seq: int, note: Note) -> LogEntry:
    code, figures = note.code, note.figures
    if note.kind is NoteKind.RECOVERED:  # its code is what the records cut off stand for
        reason = ErrorCode.SETTINGS_LOST if note.figures.get("untold") else ErrorCode.STORE_DAMAGED
        figures = {name: value for name, value in note.figures.items() if name != "untold"}
        code, figures = f"{State.FAILED}:{reason}", figures | {"cost": float(note.code)}
    words = one_line(note.text)[:TOLD_IN_LOG]
    return LogEntry(seq=seq, at_ms=note.at_ms, kind=note.kind, code=code, figures=figures, detail=words)
