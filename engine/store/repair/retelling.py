"""What attempts cost whose records are cut off, as new records: each has its line in the ledger.

The table of attempts outlives a broken chain. Of an attempt that only it tells, the intent and an end are written anew,
on the day on which it was made; the reply itself is in the copy alone. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from engine.domain.errors import ErrorCode
from engine.domain.ids import AttemptId
from engine.domain.step import AttemptStatus, Correction, Flag, Intent, Origin, Outcome
from engine.domain.task import Standing
from engine.store.repair.attempts import OPEN, AttemptRow, attempts_by, cost_of, status_of
from engine.store.repair.remains import Remains

Money = Intent | Outcome | Correction
"""What is told anew."""

FLAGS = {str(flag): flag for flag in Flag}
UNTOLD = bytes(32)
"""In place of a digest that nobody knows any more."""


def retold(found: Remains, at_ms: int) -> list[Money]:
    """Return the records to add behind those of a task that hold."""
    kept = {row[0]: row for row in attempts_by(found.no, found.records)}
    records: list[Money] = []
    for row in found.attempts:
        if row[0] > found.last:
            records += (_intent(found, row, at_ms), _end(found, row, at_ms))
        elif row[0] in kept:
            records += _difference(found, kept[row[0]], row, at_ms)
    return records


def is_new(row: AttemptRow, found: Remains) -> bool:
    """Whether no sum of spending has an attempt yet: it is cut off, and was in flight."""
    return row[0] > found.last and status_of(row) == OPEN


def after(standing: Standing, records: Iterable[Money]) -> Standing:
    """Return the standing of a task after records that only tell of money."""
    for record in records:
        match record:
            case Intent():
                standing = replace(standing, attempts=standing.attempts + 1)
            case Outcome():
                assumed = record.cost if Flag.ASSUMED in record.flags else 0
                standing = replace(standing, spent=standing.spent + record.cost, assumed=standing.assumed + assumed)
            case Correction():
                standing = replace(standing, spent=standing.spent + record.amount - record.before)
    return standing


def _difference(found: Remains, kept: AttemptRow, row: AttemptRow, at_ms: int) -> Iterator[Money]:
    """Say how an attempt ended whose end is cut off, or that it counts for more than what is left of it says."""
    if status_of(kept) == OPEN and status_of(row) != OPEN:
        yield _end(found, row, at_ms)
    elif status_of(kept) != OPEN and cost_of(row) > cost_of(kept):
        yield Correction(
            task=found.task.id,
            step=row[2],
            attempt=AttemptId(row[1]),
            before=cost_of(kept),
            amount=cost_of(row),
            by=Origin.REPAIR,
            at_ms=at_ms,
        )


def _intent(found: Remains, row: AttemptRow, at_ms: int) -> Intent:
    _, id_, step, number, batch, provider, model, price_list, _, _, _, held, _, day = row
    return Intent(
        task=found.task.id,
        batch=batch,
        step=step,
        attempt=AttemptId(id_),
        number=number,
        provider=provider,
        model=model,
        price_list=price_list,
        request_sha256=UNTOLD,
        held=held,
        at_ms=at_ms,
        day=day,
    )


def _end(found: Remains, row: AttemptRow, at_ms: int) -> Outcome:
    flags = tuple(FLAGS[flag] for flag in row[10].split() if flag in FLAGS)
    if status_of(row) == OPEN and cost_of(row):
        flags = (Flag.ASSUMED,)
    return Outcome(
        task=found.task.id,
        step=row[2],
        attempt=AttemptId(row[1]),
        status=AttemptStatus.FAILED,
        cost=cost_of(row),
        flags=flags,
        provider_request_id=row[8],
        error=str(ErrorCode.STORE_DAMAGED),
        at_ms=at_ms,
    )
