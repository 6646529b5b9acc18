"""Records that no attempt hangs on, many in one statement: a pause of ten thousand tasks is as many notes.

The fewer statements, the less time it took beside a busy loop. That each lets go of Python's lock and must get it back
is the likely cause, not a measured one. `Rows` writes what waits here before it writes anything else.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.store.database import Database, Value

TOGETHER = 512
"""Rows of one statement at most."""

SIZES = (TOGETHER, 64, 8, 1)
"""Rows of the statements that there are: few, so that each is prepared once, and the rest of a batch takes few."""

RECORD = ("INSERT INTO record (id, kind, at, header, hash) VALUES {}", "(?, ?, ?, ?, ?)")
UPSERT = (
    "INSERT INTO standing (no, standing, records, head, seq, open) VALUES {} ON CONFLICT (no) DO UPDATE SET"
    " standing = excluded.standing, records = excluded.records, head = excluded.head, seq = excluded.seq,"
    " open = excluded.open"
)
STANDING = (UPSERT, "(?, ?, ?, ?, ?, ?)")
"""A later row of a task stands above an earlier one of the same statement."""


class Several:
    """Rows that wait to be written together, in the order in which they came."""

    def __init__(self, connection: Database) -> None:
        """Write through `connection`."""
        self._connection = connection
        self._records: list[Sequence[Value]] = []
        self._standings: list[Sequence[Value]] = []

    def put(self, record: Sequence[Value], standing: Sequence[Value]) -> None:
        """Let a record and the standing after it wait, until there are enough."""
        self._records.append(record)
        self._standings.append(standing)
        if len(self._records) >= TOGETHER:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        if not self._records:
            return
        records, self._records = self._records, []
        standings, self._standings = self._standings, []
        self._insert(RECORD, records)
        self._insert(STANDING, standings)

    def _insert(self, statement: tuple[str, str], rows: list[Sequence[Value]]) -> None:
        for part in _parts(rows):
            self._connection.execute(_of_many(statement, len(part)), list(chain.from_iterable(part)))


def _parts(rows: list[Sequence[Value]]) -> Iterator[list[Sequence[Value]]]:
    """Cut rows into pieces of `SIZES`, the largest first."""
    at = 0
    for size in SIZES:
        while len(rows) - at >= size:
            yield rows[at : at + size]
            at += size


@cache
def _of_many(statement: tuple[str, str], rows: int) -> str:
    text, places = statement
    return text.format(", ".join([places] * rows))
