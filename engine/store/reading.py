"""How records are put together for a reader: pure, shared by the store and its fake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from engine.domain.step import AttemptRecord, Checkpoint, Intent, LogEntry, Note, Outcome, StepRecord
from engine.store.port import Spending


def steps_of(attempts: Iterable[AttemptRecord]) -> tuple[StepRecord, ...]:
    """Group attempts, given in the order they were made, by their step."""
    by_step: dict[int, list[AttemptRecord]] = defaultdict(list)
    for attempt in attempts:
        by_step[attempt.intent.step].append(attempt)
    return tuple(StepRecord(number=number, attempts=tuple(made)) for number, made in sorted(by_step.items()))


def spending_of(attempts: Iterable[AttemptRecord]) -> Spending:
    """Sum what attempts cost; one without an outcome counts at its hold."""
    total = 0
    days: dict[str, int] = defaultdict(int)
    batches: dict[str, int] = defaultdict(int)
    for attempt in attempts:
        cost = attempt.intent.held if attempt.outcome is None else attempt.outcome.cost
        total += cost
        days[attempt.intent.day] += cost
        if attempt.intent.batch:
            batches[attempt.intent.batch] += cost
    return Spending(total=total, days=dict(days), batches=dict(batches))


def log_entry(seq: int, record: Intent | Outcome | Checkpoint | Note) -> LogEntry:
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
            return LogEntry(seq=seq, at_ms=record.at_ms, kind=record.kind, code=record.code, figures=record.figures)
