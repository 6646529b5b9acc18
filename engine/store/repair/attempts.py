"""The rows of `attempt` and the sums of `spending`, made from records alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.domain.ids import AttemptId
from engine.domain.step import Correction, Flag, Intent, Outcome, Record
from engine.store.rows import PLACES

ATTEMPT = (
    "record, id, step, number, batch, provider, model, price_list, provider_request_id, status, flags, held, cost, day"
)

AttemptRow = tuple[int, str, int, int, str, str, str, str, str, str, str, int, int, str]
"""A row of `attempt`, by `ATTEMPT`."""

Key = tuple[str, str, str, str]
"""Day, batch, provider, model: what spending is summed by."""

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Sum:
    """A row of `spending`. Cost in pico, the others in tokens."""

    attempts: int = 0
    cost: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0

    def plus(self, other: Sum) -> Sum:
        """Return both together."""
        return Sum(*(mine + theirs for mine, theirs in zip(self.values(), other.values(), strict=True)))

    def at_least(self, other: Sum) -> Sum:
        """Return the larger of each."""
        return Sum(*map(max, self.values(), other.values()))

    def values(self) -> tuple[int, ...]:
        """Return the columns in their order."""
        return (self.attempts, self.cost, self.input, self.cached, self.output, self.reasoning)


def status_of(row: AttemptRow) -> str:
    """Return how an attempt ended, "open" where it has not."""
    return row[9]


def cost_of(row: AttemptRow) -> int:
    """Return what an attempt counts for: its hold while it is open."""
    return row[12]


def key_of(row: AttemptRow) -> Key:
    """Return what an attempt is summed by."""
    return (row[13], row[4], row[5], row[6])


def attempts_by(no: int, records: Iterable[Record]) -> list[AttemptRow]:
    """Return the rows that the records of a task come to, in their order."""
    rows: dict[AttemptId, AttemptRow] = {}
    for place, record in enumerate(records, 1):
        match record:
            case Intent():
                rows[record.attempt] = _opened(no * PLACES + place, record)
            case Outcome() if record.attempt in rows:
                rows[record.attempt] = _closed(rows[record.attempt], record)
            case Correction() if record.attempt in rows:
                row = rows[record.attempt]
                rows[record.attempt] = (*row[:12], record.amount, row[13])
            case _:
                pass
    return list(rows.values())


def sums_by(records: Iterable[Record]) -> dict[Key, Sum]:
    """Return what the attempts of a task that ended come to."""
    keys: dict[AttemptId, Key] = {}
    sums: dict[Key, Sum] = {}

    def add(attempt: AttemptId, more: Sum) -> None:
        if attempt in keys:
            sums[keys[attempt]] = sums.get(keys[attempt], Sum()).plus(more)

    for record in records:
        match record:
            case Intent():
                keys[record.attempt] = (record.day, record.batch, record.provider, record.model)
            case Outcome(usage=None):
                add(record.attempt, Sum(attempts=1, cost=record.cost))
            case Outcome(usage=usage) if usage:
                add(record.attempt, Sum(1, record.cost, usage.input, usage.cached, usage.output, usage.reasoning))
            case Correction():
                add(record.attempt, Sum(cost=record.amount - record.before))
            case _:
                pass
    return sums


def _opened(id_: int, intent: Intent) -> AttemptRow:
    return (
        id_,
        intent.attempt,
        intent.step,
        intent.number,
        intent.batch,
        intent.provider,
        intent.model,
        intent.price_list,
        "",
        OPEN,
        "",
        intent.held,
        intent.held,
        intent.day,
    )


def _closed(row: AttemptRow, outcome: Outcome) -> AttemptRow:
    flags = " ".join(flag for flag in outcome.flags if flag is not Flag.DROPPED)
    return (*row[:8], outcome.provider_request_id, str(outcome.status), flags, row[11], outcome.cost, row[13])
