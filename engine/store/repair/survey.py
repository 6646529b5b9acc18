"""The look at a store before its writer opens it: heads and tables at each start, everything where damage is suspected.

Made on a connection of its own that leaves the write-ahead log as it is when it closes: a log that is damaged must be
copied before SQLite cuts it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import apsw
import msgspec

from engine.store.codec import spec, standing
from engine.store.connection import as_store_errors, open_probe
from engine.store.database import Database
from engine.store.migrations import LATEST
from engine.store.repair.remains import remains_of
from engine.store.repair.tables import tables_of
from engine.store.rows import OPEN, PLACES
from engine.store.watermark import Watermark

TASKS = (
    "SELECT no, spec, standing, record.hash IS head FROM task LEFT JOIN standing USING (no)"  # noqa: S608 - constants
    f" LEFT JOIN record ON record.id = no * {PLACES} + records"
)
NEW = 0
"""The version of a database without tables: a creation that was cut short rolls back to a file without a page."""

READ_AT_START = (
    "SELECT id FROM task ORDER BY id",
    OPEN.format("no, record"),
    "SELECT * FROM spending",
    "SELECT * FROM budget",
    "SELECT * FROM fence",
)


@dataclass(slots=True)
class Survey:
    """What a look found."""

    suspects: set[int] = field(default_factory=set[int])
    """Numbers of the tasks that are not sound."""
    pages: str = ""
    """What SQLite said where it could not read a page, or a table was torn; empty where all pages could be read."""
    lost: int = 0
    """Records that the watermark knows and the database does not."""
    since_ms: int | None = None
    """When the watermark was written."""
    unmarked: bool = False
    """Whether the watermark does not hold, so that nobody knows whether the end is there."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.suspects or self.pages or self.lost or self.unmarked)


def survey(file: Path, *, everything: bool, mark: Watermark | None = None) -> Survey:
    """Look at a database, and whether it has come as far as `mark`; raises `DroverError` where it cannot be opened."""
    found = Survey()
    with as_store_errors():
        connection = open_probe(file)
    try:
        if connection.pragma("user_version") == LATEST:  # else it is new, or to be migrated, which reads it all
            _look(connection, found, everything=everything)
        if mark is not None and mark.hash:
            found.lost, found.since_ms = behind(connection, mark), mark.at_ms or None
    except apsw.Error as error:
        found.pages = str(error) or type(error).__name__
    finally:
        connection.close()
    return found


def _look(connection: Database, found: Survey, *, everything: bool) -> None:
    for no, packed_spec, packed, joined in connection.execute(TASKS):
        if not joined or not _readable(packed_spec, packed):
            found.suspects.add(no)
    for sql in READ_AT_START:
        for _ in connection.execute(sql):
            pass
    if everything:
        tables = tables_of(connection)
        found.suspects.update(task.no for task in tables.tasks if remains_of(connection, task).place)
        complaint = str(connection.pragma("integrity_check"))
        found.pages = "" if complaint == "ok" else complaint


def _readable(packed_spec: bytes, packed_standing: bytes | None) -> bool:
    try:
        spec(packed_spec)
        standing(packed_standing or b"")
    except (msgspec.DecodeError, TypeError):
        return False
    return True


def behind(connection: Database, mark: Watermark) -> int:
    """Return how many records are missing that were known durable: 0 where the last of them is there."""
    version = connection.pragma("user_version")
    if version == NEW:
        return mark.seq
    if version != LATEST:  # its tables are others
        return 0
    row = connection.execute("SELECT hash FROM record WHERE id = ?", (mark.record,)).fetchone()
    other = row is None or row[0] != mark.hash
    return max(mark.seq - mark_of(connection).seq, 1 if other else 0)


def mark_of(connection: Database) -> Watermark:
    """Return the watermark of a database as it is."""
    if connection.pragma("user_version") == NEW:
        return Watermark()
    row = connection.execute(
        f"SELECT seq, no * {PLACES} + records, head FROM standing ORDER BY seq DESC LIMIT 1"  # noqa: S608 - constants
    ).fetchone()
    return Watermark() if row is None else Watermark(seq=row[0], record=row[1], hash=row[2])
