"""Which replies retention may take away: the records that still have one, oldest first."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.ids import TaskId
from engine.domain.step import Outcome
from engine.store.codec import KINDS
from engine.store.database import Database
from engine.store.rows import PLACES

PIECE = 64
"""Records in one transaction: it holds up no other for long."""

RANGE = f"record.id BETWEEN task.no * {PLACES} AND task.no * {PLACES} + {PLACES - 1}"

RAW = (
    f"SELECT record.id FROM task JOIN record ON {RANGE} WHERE task.id = ? AND at < ?"  # noqa: S608 - constants alone
    f" AND raw IS NOT NULL AND kind = {KINDS[Outcome]} ORDER BY record.id"
)

TEXTS = (
    f"SELECT record.id FROM task JOIN record ON {RANGE} WHERE task.id = ? AND at < ?"  # noqa: S608 - constants alone
    f" AND text IS NOT NULL AND kind = {KINDS[Outcome]} ORDER BY record.id"
)
"""A person's own words stay: they are few, and no reply says what they were."""

DELETED = (
    f"SELECT record.id FROM task JOIN record ON {RANGE} WHERE deleted_at < ?"  # noqa: S608 - constants alone
    " AND coalesce(raw, text) IS NOT NULL ORDER BY record.id"
)


def raw_of(connection: Database, task: TaskId, before_ms: int) -> list[int]:
    """Return the records of a task that have a raw reply from before a time."""
    return [id_ for (id_,) in connection.execute(RAW, (task, before_ms))]


def texts_of(connection: Database, task: TaskId, before_ms: int) -> list[int]:
    """Return the records of a task that have a text from before a time, but for the last: it is the answer."""
    return [id_ for (id_,) in connection.execute(TEXTS, (task, before_ms))][:-1]


def all_of_deleted(connection: Database, before_ms: int) -> list[int]:
    """Return the records with a reply of tasks that were deleted before a time."""
    return [id_ for (id_,) in connection.execute(DELETED, (before_ms,))]


def pieces(records: list[int]) -> Iterator[tuple[int, ...]]:
    """Cut a list of records into transactions."""
    return (tuple(records[first : first + PIECE]) for first in range(0, len(records), PIECE))
