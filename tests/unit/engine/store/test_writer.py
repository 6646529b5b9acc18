"""The queue before the transactor: batches, order, failures, cancelled callers; on virtual time, written inline."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from engine.domain.clock import ManualClock
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.step import Note
from engine.store.codec import Encoded, decode
from engine.store.connection import open_writer
from engine.store.database import Database
from engine.store.store import FILE
from engine.store.transactor import Append, Create, Transactor
from engine.store.writer import MAX_BATCH, Writer
from tests.inline import Inline
from tests.stored import intent, note, outcome, task
from tests.virtual_time import run


class Desk:
    """A writer over a real database, and what happened to it."""

    def __init__(self, folder: Path, executor: Executor | None = None) -> None:
        self._file = folder / FILE
        self.full = False
        self.failing = 0
        self.commits = 0
        self.told = 0
        self.gate = threading.Event()
        self.gate.set()
        self.writer = Writer(Transactor(self._open, self._reach), executor or Inline(), ManualClock(), self._committed)

    def _open(self) -> Database:
        self.database = open_writer(self._file)
        if self.full:
            self.database.pragma("max_page_count", 1)
        return self.database

    def fill_the_disk(self) -> None:
        """Leave no room for another page, also not for a database opened anew."""
        self.full = True
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.pragma("max_page_count", 1)

    def codes(self) -> list[str]:
        """Return what the notes in the file say."""
        rows = self.database.execute("SELECT kind, at, header FROM record ORDER BY id")
        notes = (decode(task().id, Encoded(*row)) for row in rows)
        return [each.code for each in notes if isinstance(each, Note) and each.code]

    def _reach(self, point: str) -> None:
        self.gate.wait(10)
        if self.failing and point == "before_commit":
            self.failing -= 1
            raise apsw.IOError("by the test")
        self.commits += point == "after_commit"

    def _committed(self) -> None:
        self.told += 1


def test_what_is_called_for_together_is_one_transaction(tmp_path: Path) -> None:
    """A thousand writes of one turn of the loop are one commit and one word to the loop."""
    desk = Desk(tmp_path)

    async def body() -> None:
        one = task()
        first = desk.writer.put(Create((one,)))
        rest = [desk.writer.put(Append(note(one), one.standing)) for _ in range(999)]
        assert desk.writer.queued == 1_000
        await asyncio.gather(first, *rest)
        assert desk.writer.queued == 0

    run(body())
    assert desk.commits == desk.told == 1
    desk.database.close()


def test_a_storm_is_cut_into_batches(tmp_path: Path) -> None:
    """No transaction grows beyond its bound."""
    desk = Desk(tmp_path)

    async def body() -> None:
        one = task()
        desk.writer.put(Create((one,)))
        for _ in range(MAX_BATCH):
            desk.writer.put(Append(note(one), one.standing))
        await desk.writer.drained()

    run(body())
    assert desk.commits == 2
    desk.database.close()


async def test_what_comes_while_a_batch_is_written_is_the_next_batch(tmp_path: Path) -> None:
    """The loop goes on meanwhile, and nothing is acknowledged before its commit."""
    with ThreadPoolExecutor(1) as executor:
        desk = Desk(tmp_path, executor)
        one = task()
        desk.gate.clear()
        first = desk.writer.put(Create((one,)))
        await asyncio.sleep(0)
        second = desk.writer.put(Append(note(one), one.standing))
        await asyncio.sleep(0.02)
        assert not first.done() and not second.done() and desk.writer.queued == 2
        desk.gate.set()
        await asyncio.gather(first, second)
        assert desk.commits == 2
    desk.database.close()


def test_a_failed_commit_fails_every_write_in_it_and_all_after(tmp_path: Path) -> None:
    """No caller waits for ever, none is told that it is saved, and nothing is written twice when the disk has room."""
    desk = Desk(tmp_path)

    async def body() -> None:
        one = task()
        await desk.writer.put(Create((one,)))
        await desk.writer.put(Append(intent(one), one.standing))
        desk.fill_the_disk()
        big = outcome(one, text="x" * 200_000)
        writes = [desk.writer.put(Append(record, one.standing)) for record in (note(one, "a"), big, note(one, "b"))]
        results = await asyncio.gather(*writes, return_exceptions=True)
        codes = [result.code for result in results if isinstance(result, DroverError)]
        assert codes == [ErrorCode.DISK_FULL] * 3
        with pytest.raises(DroverError):
            await desk.writer.put(Append(note(one, "c"), one.standing))
        with pytest.raises(DroverError):
            await desk.writer.mend()
        assert desk.writer.queued == 4 and desk.writer.trouble is not None
        desk.full = False
        await desk.writer.mend()
        assert desk.writer.queued == 0 and desk.writer.trouble is None
        await desk.writer.put(Append(note(one, "d"), one.standing))

    run(body())
    assert desk.codes() == ["a", "b", "c", "d"]
    desk.database.close()


def test_a_fault_that_passes_is_seen_by_nobody(tmp_path: Path) -> None:
    """The database is opened anew and the batch is written once more."""
    desk = Desk(tmp_path)

    async def body() -> None:
        one = task()
        await desk.writer.put(Create((one,)))
        desk.failing = 1
        await asyncio.gather(*(desk.writer.put(Append(note(one, code), one.standing)) for code in "ab"))
        assert desk.writer.trouble is None

    run(body())
    assert desk.codes() == ["a", "b"]
    desk.database.close()


def test_what_cannot_be_stored_is_left_out_alone(tmp_path: Path) -> None:
    """Its caller is told; what was called for together with it is saved."""
    desk = Desk(tmp_path)

    async def body() -> None:
        one = task()
        await desk.writer.put(Create((one,)))
        writes = [desk.writer.put(Append(note(one, code), one.standing)) for code in ("a", "b", "\ud800", "c")]
        results = await asyncio.gather(*writes, return_exceptions=True)
        assert [isinstance(each, DroverError) and each.code for each in results] == [
            False,
            False,
            ErrorCode.INTERNAL,
            False,
        ]
        assert desk.writer.queued == 0 and desk.writer.trouble is None

    run(body())
    assert desk.codes() == ["a", "b", "c"]
    desk.database.close()


def test_a_cancelled_caller_changes_nothing_for_the_others(tmp_path: Path) -> None:
    """Its record is written and its neighbours are told."""
    desk = Desk(tmp_path)

    async def body() -> None:
        one = task()
        saved = [desk.writer.put(Create((one,))), *(desk.writer.put(Append(note(one), one.standing)) for _ in "ab")]
        saved[1].cancel()
        await saved[2]
        row = desk.database.execute("SELECT count(*) FROM record").fetchone()
        assert row == (3,)

    run(body())
    desk.database.close()
