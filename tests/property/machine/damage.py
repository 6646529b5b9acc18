"""What may become of real files: changed behind the engine's back, put back to an older state, written only in part.

Changes are made in copies and with the right checksums, by SQL: what a wrong page of another time, a lost write or a
tool may do, and no flipped bit. The copy must either be read as what was saved, or the damage be named.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import Fork, LogEntry, StepRecord
from engine.store import points
from engine.store.connection import open_reader, open_writer
from engine.store.port import StoredTask, StoreReader
from engine.store.reader import Reader
from engine.store.store import FILE, open_store
from tests.inline import Inline
from tests.property.machine.disks import FileDisk
from tests.property.machine.world import World
from tests.virtual_time import LoopClock
from tests.workbench import spec

MARKED_S = 1.0
"""Seconds from a commit until the watermark knows of it, at most."""

OTHER = "SELECT r.header FROM record AS r WHERE r.kind = record.kind AND r.header <> record.header"

CHANGES = {
    "text": ("text NOT NULL", "UPDATE record SET text = text || '.' WHERE id = ?"),
    "reply": ("raw NOT NULL", "UPDATE record SET raw = x'789c030000000001' WHERE id = ?"),
    "time": ("true", "UPDATE record SET at = at + 1 WHERE id = ?"),
    "header": (f"EXISTS ({OTHER})", f"UPDATE record SET header = ({OTHER}) WHERE id = ?"),
    "gone": ("true", "DELETE FROM record WHERE id = ?"),
    "end": ("id IN (SELECT no * 16777216 + records FROM standing)", "DELETE FROM record WHERE id = ?"),
    "count": ("true", "UPDATE standing SET records = records - 1 WHERE no = ? / 16777216"),
    "settings": (
        "(SELECT count(DISTINCT spec) FROM task) > 1",
        "UPDATE task SET spec = (SELECT spec FROM task AS t WHERE t.spec <> task.spec) WHERE no = ? / 16777216",
    ),
}
"""By name: which records it can be done to, and what is done to one, or to its task."""

Read = tuple[StoredTask, tuple[StepRecord, ...], tuple[LogEntry, ...]]


class Damage(World):
    """Rules that only a disk of files knows."""

    @property
    def files(self) -> FileDisk:
        """The disk."""
        assert isinstance(self.disk, FileDisk)
        return self.disk

    async def start(self) -> None:
        """Start the program, and remember the files of this moment."""
        await super().start()
        self.younger = self.files.beside("younger")

    @rule(point=st.sampled_from(points.ALL), at_once=st.booleans())
    def stumble(self, point: str, *, at_once: bool) -> None:
        """Let the next commit fail once, before it or after it was done; one that is under way is not struck twice."""
        self.run(self.engine.saved())
        self.files.stumbling = point
        if at_once and not self.failing:
            self.stopped.update(self.run(self.engine.submit([spec(max_steps=1)], paused=True)))

    @rule(change=st.sampled_from(sorted(CHANGES)), chosen=st.integers(0, 1 << 16))
    def change_behind_its_back(self, change: str, chosen: int) -> None:
        """Change one record or what belongs to it in a copy, and read everything; and so with a text, where one is."""
        for each in dict.fromkeys((change, "text")):
            changed, same = self.files.beside("changed"), self.files.beside("same")
            if self._changed(changed, each, chosen):
                self._is_read_as_it_was_or_named(changed, same)

    def _changed(self, folder: Path, change: str, chosen: int) -> bool:
        condition, statement = CHANGES[change]
        if not (there := ids(folder, condition)):
            return False
        database = open_writer(folder / FILE)
        database.pragma("foreign_keys", value=False)
        database.execute(statement, (there[chosen % len(there)],))
        database.close()
        return True

    def _is_read_as_it_was_or_named(self, changed: Path, same: Path) -> None:
        """Whatever was changed."""

        async def compare() -> None:
            was, became = Reader(open_reader(same / FILE), Inline()), Reader(open_reader(changed / FILE), Inline())
            for stored in await was.scan():
                now = await read(became, stored.id)
                assert now is None or now == await read(was, stored.id)
            await was.close()
            await became.close()

        self.run(compare())

    @rule()
    def put_an_older_copy_in_its_place(self) -> None:
        """Start on the database of this life's beginning beside the watermark of now: what is missing is told."""
        known = self._marked()
        older = self.files.beside("older")
        for name in (FILE, f"{FILE}-wal"):
            (older / name).unlink(missing_ok=True)
            if (self.younger / name).exists():
                shutil.copyfile(self.younger / name, older / name)
        self._a_lost_tail_is_told(older, known)

    @rule()
    def put_the_same_in_its_place(self) -> None:
        """Start on a copy of what is there: nothing is missing."""
        known = self._marked()
        same = self.files.beside("same")
        self._a_lost_tail_is_told(same, known)

    def _marked(self) -> int:
        """Let a second pass; return how many records there were before: of so many the watermark must know."""
        known = self._records()
        self.run(asyncio.sleep(MARKED_S))
        return known

    def _records(self) -> int:
        return sum(map(len, self.disk.records().values()))

    def _a_lost_tail_is_told(self, folder: Path, known: int) -> None:
        """At least what is missing of what was known, at most what is missing of all."""

        async def opened() -> int:
            store = await open_store(folder, clock=LoopClock(), executors=(Inline(), Inline()))
            try:
                return store.lost
            finally:
                await store.close()

        there, now = len(ids(folder)), self._records()
        assert known - there <= self.run(opened()) <= now - there

    @invariant()
    def a_fork_is_chained_to_its_parent(self) -> None:
        """By the hash that the parent's record has."""
        for records in self.disk.records().values():
            if isinstance(fork := records[0], Fork):
                assert fork.head == self.files.hash_of(fork.parent, fork.place)

    @invariant()
    def nothing_was_said_to_be_lost(self) -> None:
        """A power cut loses nothing that a watermark knew."""
        assert self.files.store.lost == 0


def ids(folder: Path, condition: str = "true") -> list[int]:
    """Return the ids of the records in a folder for which an SQL condition holds, first to last."""
    if not (folder / FILE).exists():
        return []
    database = open_writer(folder / FILE)
    try:
        return [row[0] for row in database.execute(f"SELECT id FROM record WHERE {condition} ORDER BY id")]
    finally:
        database.close()


async def read(reader: StoreReader, task: TaskId) -> Read | None:
    """Return a task as it is read; None where it is said to be damaged."""
    try:
        return await reader.load(task), await reader.steps(task), await reader.log(task)
    except DroverError as error:
        if error.code is not ErrorCode.STORE_DAMAGED:
            raise
        return None
