"""What can be read of one task, and up to where it holds: the longest beginning of its records that is whole.

Every table is read by itself and every error of SQLite's ends only that read, so that a bad page costs what lies on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw
import msgspec

from engine.domain.damage import STORE, Part
from engine.domain.errors import DroverError
from engine.domain.ids import TaskId
from engine.domain.step import Record
from engine.domain.task import Standing, TaskSpec
from engine.store.codec import spec, standing
from engine.store.database import Database
from engine.store.fold import Fold, disagreements, folded
from engine.store.journal import COLUMNS, Row, Walk, matches_digest
from engine.store.repair.attempts import ATTEMPT, AttemptRow, attempts_by
from engine.store.rows import PLACES

RECORDS = f"SELECT {COLUMNS} FROM record WHERE id > ? AND id < ? ORDER BY id"  # noqa: S608 - constants alone
ATTEMPTS = f"SELECT {ATTEMPT} FROM attempt WHERE record > ? AND record < ? ORDER BY record {{}}"  # noqa: S608 - as above
STANDING = "SELECT standing, records, head, seq, open FROM standing WHERE no = ?"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A row of `task`; empty where it cannot be read."""

    no: int
    id: TaskId = STORE
    position: int = 0
    batch: str = ""
    spec: bytes = b""
    deleted_at: int | None = None

    def decoded(self) -> TaskSpec | None:
        """Return what was asked, or None where that cannot be read."""
        try:
            return spec(self.spec)
        except (msgspec.DecodeError, TypeError):
            return None


@dataclass(slots=True)
class Remains:
    """What there is of a task."""

    task: TaskRow
    rows: list[Row] = field(default_factory=list[Row])
    """The records that hold, as they lie in the table."""
    records: list[Record] = field(default_factory=list[Record])
    fold: Fold = field(default_factory=Fold)
    head: bytes = b""
    standing: Standing | None = None
    packed: bytes = b""
    """The standing as it lies in the table."""
    counted: int = 0
    """Records that there should be."""
    seq: int = 0
    attempts: list[AttemptRow] = field(default_factory=list[AttemptRow])
    cut: str = ""
    """Where the journal stops to hold; empty where all of it does."""
    wrong: dict[Part, str] = field(default_factory=dict[Part, str])
    """What of the task is not as it should be, with where."""

    @property
    def no(self) -> int:
        """The task's number."""
        return self.task.no

    @property
    def name(self) -> TaskId:
        """The task's id, or one by its number where nobody knows that any more."""
        return self.task.id or TaskId(f"lost-{self.no}")

    @property
    def untold(self) -> bool:
        """Whether nobody knows any more what was asked: the task is kept for what it cost, and cannot go on."""
        return self.task.decoded() is None

    @property
    def exported(self) -> bool:
        """Whether its replies cannot be kept in it: without its id no record can be checked."""
        return not self.task.id

    @property
    def kept_steps(self) -> int:
        """Steps that hold."""
        return self.fold.standing.steps_done

    @property
    def last(self) -> int:
        """Id of the last record that holds."""
        return self.no * PLACES + len(self.rows)

    @property
    def lost(self) -> int:
        """Records that do not hold."""
        return max(0, self.counted - len(self.rows))

    @property
    def place(self) -> str:
        """What is wrong; empty for a task that is sound."""
        return "; ".join(filter(None, (self.cut, *self.wrong.values())))

    @property
    def part(self) -> Part:
        """What of a task that is not sound to name first: what was asked, then its records, then what follows."""
        if self.untold:
            return Part.SETTINGS
        return Part.RECORDS if self.cut else next(iter(self.wrong), Part.RECORDS)


def task_row(connection: Database, task: TaskId) -> TaskRow | None:
    """Return the row of a task by its id, None where there is none; raises `apsw.Error`."""
    row = connection.execute(
        "SELECT no, id, position, batch, spec, deleted_at FROM task WHERE id = ?", (task,)
    ).fetchone()
    return None if row is None else TaskRow(*row)


def remains_of(connection: Database, task: TaskRow) -> Remains:
    """Read all there is of a task."""
    found = Remains(task)
    walk = _follow(connection, found)
    _read_standing(connection, found, walk)
    found.attempts = _read_attempts(connection, found)
    if not found.cut and (wrong := attempts_by(found.no, found.records)) != found.attempts:
        found.wrong[Part.ATTEMPTS] = f"attempts: {len(found.attempts)} of {len(wrong)}, or others"
    if found.untold:
        found.wrong[Part.SETTINGS] = "settings"
    elif not found.cut and not matches_digest(task.spec, walk.spec_sha256):
        found.wrong[Part.CHANGED] = "settings are not those recorded"
    return found


def _follow(connection: Database, found: Remains) -> Walk:
    no = found.no
    walk = Walk(found.task.id, no)
    try:
        for row in connection.execute(RECORDS, (no * PLACES, (no + 1) * PLACES)):
            record = walk.follow(row)
            found.rows.append(row)
            found.records.append(record)
    except DroverError:  # its detail names the record too
        found.cut = f"record {walk.place + 1}"
    except apsw.Error as error:
        found.cut = f"record {walk.place + 1}: {error}"
    found.head = walk.head
    try:
        found.fold = folded(found.records)
    except (ValueError, KeyError) as error:  # a code that this version does not know
        found.wrong[Part.RECORDS] = f"records that say {error}"
    return walk


def _read_standing(connection: Database, found: Remains, walk: Walk) -> None:
    head = b""
    try:
        row = connection.execute(STANDING, (found.no,)).fetchone()
        found.packed, found.counted, head, found.seq, _ = row or (b"", 0, b"", 0, None)
        found.standing = standing(found.packed)
    except (apsw.Error, msgspec.DecodeError, TypeError) as error:
        found.cut = found.cut or f"standing: {error}"
        return
    if not found.cut and (walk.place, walk.head) != (found.counted, head):
        another = walk.place == found.counted
        found.cut = "its last record is another" if another else f"ends at record {walk.place} of {found.counted}"
    if not found.place and (fields := disagreements(found.standing, found.fold)):
        found.wrong[Part.STANDING] = f"standing: {', '.join(fields)}"


def _read_attempts(connection: Database, found: Remains) -> list[AttemptRow]:
    """Read from both ends: what lies between two bad pages is lost."""
    low, high = found.no * PLACES, (found.no + 1) * PLACES
    first, whole = until_error(connection, ATTEMPTS.format("ASC"), (low, high))
    if whole:
        return first
    found.wrong[Part.ATTEMPTS] = "attempts"
    last, _ = until_error(connection, ATTEMPTS.format("DESC"), (first[-1][0] if first else low, high))
    return [*first, *reversed(last)]


def until_error(connection: Database, sql: str, bindings: Sequence[int]) -> tuple[list[Any], bool]:
    """Return the rows up to the first that cannot be read, and whether that is all of them."""
    rows: list[Any] = []
    try:
        for row in connection.execute(sql, bindings):
            rows.append(row)  # noqa: PERF402 - what came before an error is kept
    except apsw.Error:
        return rows, False
    return rows, True
