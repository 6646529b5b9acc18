"""What can be read of the tables that belong to no one task, around pages that cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw

from engine.domain.ids import TaskId
from engine.store.database import Database
from engine.store.repair.attempts import Key, Sum
from engine.store.repair.remains import TaskRow, until_error
from engine.store.rows import PLACES

TASKS = "SELECT no, id, position, batch, spec, deleted_at FROM task WHERE no >= ? AND no < ? ORDER BY no {}"
SPENDING = (
    "SELECT day, batch, provider, model, attempts, cost, input, cached, output, reasoning FROM spending"
    " ORDER BY day {0}, batch {0}, provider {0}, model {0}"
)
BUDGETS = "SELECT level, key, amount FROM budget ORDER BY level {0}, key {0}"
FENCES = "SELECT provider, model, attempt, at FROM fence ORDER BY provider {0}, model {0}"
LAST = (
    "SELECT max(no) FROM task",
    "SELECT max(no) FROM standing",
    f"SELECT max(id) / {PLACES} FROM record",  # noqa: S608 - constants alone
    f"SELECT max(record) / {PLACES} FROM attempt",  # noqa: S608 - as above
)


@dataclass(slots=True)
class Tables:
    """The rows that can be read, and which tables miss some."""

    tasks: list[TaskRow] = field(default_factory=list[TaskRow])
    """All that there were; one that cannot be read has its number, and its id where the index still has it."""
    spending: dict[Key, Sum] = field(default_factory=dict[Key, Sum])
    budgets: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    fences: list[tuple[str, str, str, int]] = field(default_factory=list[tuple[str, str, str, int]])
    torn: list[str] = field(default_factory=list[str])
    """Tables of which rows are missing."""


def tables_of(connection: Database) -> Tables:
    """Read all that can be read; raises `apsw.Error` where not even the number of tasks can be told."""
    found = Tables(tasks=_tasks(connection))
    for row in _both_ends(connection, SPENDING, "spending", found):
        found.spending[row[0], row[1], row[2], row[3]] = Sum(*row[4:])
    found.budgets = _both_ends(connection, BUDGETS, "budget", found)
    found.fences = _both_ends(connection, FENCES, "fence", found)
    return found


def between(connection: Database, sql: str, low: int, high: int) -> list[Any]:
    """Return the rows with keys from `low` up to `high` that can be read: from both ends, and then by halves.

    `sql` takes the two bounds and has a place for the direction; the key is the first column.
    """
    first, whole = until_error(connection, sql.format("ASC"), (low, high))
    if whole:
        return first
    low = first[-1][0] + 1 if first else low
    last, _ = until_error(connection, sql.format("DESC"), (low, high))
    high = last[-1][0] if last else high
    if high - low <= 1:
        return [*first, *reversed(last)]
    middle = (low + high) // 2
    return [
        *first,
        *between(connection, sql, low, middle),
        *between(connection, sql, middle, high),
        *reversed(last),
    ]


def _tasks(connection: Database) -> list[TaskRow]:
    last = _last_number(connection)
    ids: dict[int, TaskId] = {
        no: id_ for id_, no in until_error(connection, "SELECT id, no FROM task ORDER BY id", ())[0]
    }
    rows = {row[0]: TaskRow(*row) for row in between(connection, TASKS, 0, last + 1)}
    return [rows.get(no) or TaskRow(no, ids.get(no, TaskId(""))) for no in range(1, last + 1)]


def _last_number(connection: Database) -> int:
    """Return the highest number of a task that any table knows."""
    known: list[int] = []
    for sql in LAST:
        rows, whole = until_error(connection, sql, ())
        if whole and rows[0][0] is not None:
            known.append(rows[0][0])
        elif whole:
            known.append(0)
    if not known:
        raise apsw.CorruptError("no table can be read")
    return max(known)


def _both_ends(connection: Database, sql: str, name: str, found: Tables) -> list[Any]:
    first, whole = until_error(connection, sql.format("ASC"), ())
    if whole:
        return first
    found.torn.append(name)
    last: Sequence[Any] = until_error(connection, sql.format("DESC"), ())[0]
    seen = set(first)
    return [*first, *(row for row in reversed(last) if row not in seen)]
