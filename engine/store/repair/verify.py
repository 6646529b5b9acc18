"""Reads a whole store and says what is sound, what is not and what repairing it would cost. Changes nothing.

Beside a running window too: all of it is one moment, read on a connection that leaves the log alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import apsw
import msgspec

from engine.domain.damage import Part
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import Fork
from engine.store import watermark
from engine.store.connection import as_store_errors, snapshot
from engine.store.database import Database
from engine.store.migrations import LATEST
from engine.store.repair.attempts import Key, Sum, sums_by
from engine.store.repair.beginning import readable
from engine.store.repair.quarantine import DATABASE
from engine.store.repair.rebuild import lost_of
from engine.store.repair.remains import Remains, remains_of
from engine.store.repair.survey import NEW, behind
from engine.store.repair.tables import Tables, tables_of
from engine.store.rows import PLACES
from engine.store.watermark import Watermark

PARENT = (
    f"SELECT 1 FROM task JOIN record ON record.id BETWEEN no * {PLACES} AND no * {PLACES} + {PLACES - 1}"  # noqa: S608
    " WHERE task.id = ? AND hash = ?"
)


NO_MARK = "no watermark"
"""A doubt: with none, a lost end is not noticed. It is missing where a backup was put back, too."""


class Unsound(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it should be."""

    part: Part = Part.RECORDS
    place: str
    """For the log: a table, a page, a file, or what of the task."""
    task: TaskId = TaskId("")
    title: str = ""
    """Hostile text."""
    lost_records: int = 0
    """Records that repairing it would cut off."""
    kept_steps: int = 0
    """Steps that would be left."""
    untold: bool = False
    """Whether nobody knows any more what the task was asked: it would be kept with its cost, and go on no more."""
    exported: bool = False
    """Whether its replies would be kept as a file beside the copy."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what was found."""

    tasks: int = 0
    records: int = 0
    attempts: int = 0
    open_attempts: int = 0
    unsound: tuple[Unsound, ...] = ()
    doubts: tuple[str, ...] = ()
    """What can have a harmless cause: codes with what they are about."""
    folders: tuple[tuple[TaskId, str], ...] = ()
    """Tasks that have replies, with their names: each has files in the results folder."""

    @property
    def sound(self) -> bool:
        """Whether all is as it should be."""
        return not self.unsound


def verify(folder: Path) -> Verification:
    """Read all of a store; raises NOT_A_STORE, STORE_TOO_NEW, and STORE_DAMAGED where it cannot be opened at all."""
    file = folder / DATABASE
    mark = watermark.read(folder)  # before the database: it is never ahead of it
    unmarked = (Unsound(part=Part.MARK, place="the watermark"),) if watermark.is_damaged(folder) else ()
    if not file.exists() and unmarked:
        return Verification(unsound=unmarked)
    if not file.exists():
        if mark is not None and mark.hash:
            return Verification(
                unsound=(Unsound(part=Part.DATABASE, place="the database is gone", lost_records=mark.seq),)
            )
        raise DroverError(ErrorCode.NOT_A_STORE, f"there is no {file.name}")
    with as_store_errors(), readable(file) as (connection, lent), snapshot(connection):
        found = _verified(connection, mark, lent=lent)
    if mark is None and not unmarked and found.records:
        found = msgspec.structs.replace(found, doubts=(*found.doubts, NO_MARK))
    return msgspec.structs.replace(found, unsound=(*unmarked, *found.unsound))


def _verified(connection: Database, mark: Watermark | None, *, lent: bool) -> Verification:
    work = _Reading(connection)
    if lent:
        work.beginning()
    version = connection.pragma("user_version")
    if version == NEW:
        work.tail(mark)
        return work.result()
    if version != LATEST:
        return Verification(doubts=("older",))
    tables = tables_of(connection)
    for task in tables.tasks:
        work.task(remains_of(connection, task))
    work.whole(tables, mark)
    return work.result()


class _Reading:
    """Adds up what is found."""

    def __init__(self, connection: Database) -> None:
        self._connection = connection
        self._unsound: list[Unsound] = []
        self._doubts: list[str] = []
        self._folders: list[tuple[TaskId, str]] = []
        self._sums: dict[Key, Sum] = {}
        self._forks: list[Fork] = []
        self._counts = [0, 0, 0, 0]
        self._complaints: list[str] = []
        """Of SQLite, about pages."""

    def beginning(self) -> None:
        """Say that the first pages could not be read."""
        self._bad(Part.BEGINNING, "the beginning of the database")

    def task(self, found: Remains) -> None:
        """Take one task."""
        attempts = found.attempts
        opened = sum(1 for row in attempts if row[9] == "open")
        for place, more in enumerate((1, len(found.rows), len(attempts), opened)):
            self._counts[place] += more
        spec = found.task.decoded()
        if lost := lost_of(found):
            self._unsound.append(
                Unsound(
                    task=lost.task,
                    title=lost.title,
                    part=lost.part,
                    place=lost.place,
                    lost_records=lost.lost_records,
                    kept_steps=lost.kept_steps,
                    untold=lost.untold,
                    exported=lost.exported,
                )
            )
        for key, more in sums_by(found.records).items():
            self._sums[key] = self._sums.get(key, Sum()).plus(more)
        self._forks += [record for record in found.records[:1] if isinstance(record, Fork)]
        if spec is not None and found.task.deleted_at is None and found.fold.standing.steps_done:
            self._folders.append((found.task.id, spec.name))

    def whole(self, tables: Tables, mark: Watermark | None) -> None:
        """Take what belongs to no one task."""
        for table in tables.torn:
            self._bad(Part.TABLE, f"table {table}")
        for key, least in self._sums.items():
            if tables.spending.get(key, Sum()).cost < least.cost and "spending" not in tables.torn:
                self._bad(Part.SPENDING, f"spending of {' · '.join(filter(None, key))} is less than its attempts cost")
        self._doubts += [f"fork {fork.task}" for fork in self._forks if not self._has_parent(fork)]
        self.tail(mark)
        self._pages()

    def result(self) -> Verification:
        """Return all that was found."""
        tasks, records, attempts, opened = self._counts
        return Verification(
            tasks=tasks,
            records=records,
            attempts=attempts,
            open_attempts=opened,
            unsound=tuple(self._unsound),
            doubts=tuple(self._doubts),
            folders=tuple(self._folders),
        )

    def _bad(self, part: Part, place: str) -> None:
        self._unsound.append(Unsound(part=part, place=place))

    def _has_parent(self, fork: Fork) -> bool:
        """Whether the record that a fork is linked to is there; the fork itself stands without it."""
        try:
            return self._connection.execute(PARENT, (fork.parent, fork.head)).fetchone() is not None
        except apsw.Error:
            return False

    def tail(self, mark: Watermark | None) -> None:
        """See whether the database has come as far as its watermark."""
        if mark is None or not mark.hash:
            return
        no, place = divmod(mark.record, PLACES)
        try:
            lost = behind(self._connection, mark)
        except apsw.Error as error:
            self._complaints.append(f"the end of the journal: {error}")
            return
        if lost:
            place_of = f"the end of the journal: record {place} of task {no} is not the one last known"
            self._unsound.append(Unsound(part=Part.END, place=place_of, lost_records=lost))

    def _pages(self) -> None:
        """Every page by its checksum, every table against its index: one place, where nothing named lies on it."""
        try:
            lines: Iterable[tuple[str]] = self._connection.execute("PRAGMA integrity_check(20)")
            self._complaints += [line for (line,) in lines if line != "ok"]
        except apsw.Error as error:
            self._complaints.append(str(error))
        named = any(each.part not in (Part.END, Part.SPENDING) for each in self._unsound)
        if self._complaints and not named:
            self._bad(Part.PAGE, "; ".join(self._complaints))
