"""Batches of records in one transaction, what a failing one does, and what is found on opening anew."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import apsw
import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.step import Note, NoteKind
from engine.store import points
from engine.store.chain import origin
from engine.store.connection import open_writer
from engine.store.database import Database
from engine.store.rows import PLACES
from engine.store.store import FILE, ignore
from engine.store.transactor import Append, Create, Transactor
from tests.stored import correction, intent, note, outcome, task

ONE = task()
BIG = Append(outcome(ONE, text="x" * 100_000), ONE.standing)


class Desk:
    """A transactor over a real file, the connection it has now, and a way to look at the file beside it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self.refusing: DroverError | None = None
        self.transactor = Transactor(self._open, ignore)

    def _open(self) -> Database:
        if self.refusing is not None:
            raise self.refusing
        self.database = open_writer(self._file)
        return self.database

    def count(self, table: str = "record") -> int:
        """Return the number of a table's rows."""
        row = self.database.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return row[0]

    def fill_the_disk(self) -> None:
        """Leave this connection no room for another page, as a full disk does."""
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = self.database.pragma("page_count")
        assert isinstance(pages, int)
        self.database.pragma("max_page_count", pages)


@pytest.fixture
def desk(tmp_path: Path) -> Generator[Desk]:
    """A new store with one task whose first attempt is open."""
    made = Desk(tmp_path)
    assert made.transactor.commit([Create((ONE,)), Append(intent(ONE), ONE.standing)]) is None
    yield made
    made.transactor.close()


def failing_commit(error: type[apsw.Error], *, after: bool) -> Callable[[str], None]:
    """Return a point that fails a commit: before it is made, or after it is durable and nobody knows."""

    def reach(point: str) -> None:
        if point == (points.AFTER_COMMIT if after else points.BEFORE_COMMIT):
            raise error("by the test")

    return reach


def test_a_batch_is_one_transaction_between_its_two_points(tmp_path: Path) -> None:
    """Whatever is in it."""
    seen: list[tuple[str, bool]] = []
    database = open_writer(tmp_path / FILE)
    transactor = Transactor(lambda: database, lambda point: seen.append((point, database.in_transaction)))
    assert transactor.commit([Create((ONE,)), Append(intent(ONE), ONE.standing), BIG]) is None
    assert seen == [(points.BEFORE_COMMIT, True), (points.AFTER_COMMIT, False)]
    assert list(database.execute("SELECT count(*) FROM record")) == [(3,)]
    transactor.close()


def test_numbers_and_chain_go_on_after_opening_anew(desk: Desk) -> None:
    """Records are numbered and chained as if the program had never ended."""
    desk.transactor.reopen()
    desk.transactor.commit([Append(outcome(ONE), ONE.standing)])
    rows = list(desk.database.execute("SELECT id, hash FROM record ORDER BY id"))
    assert [id_ - PLACES for id_, _ in rows] == [1, 2, 3] and desk.transactor.durable.seq == 3
    assert len({origin(ONE.id), *(hash_ for _, hash_ in rows)}) == 4


def test_a_full_disk_undoes_the_whole_batch_and_names_itself(desk: Desk) -> None:
    """DISK_FULL, none of the batch is there, and what was durable before stays known as that."""
    durable = desk.transactor.durable
    desk.fill_the_disk()
    error = desk.transactor.commit([BIG])
    assert error is not None and error.code is ErrorCode.DISK_FULL
    assert not desk.database.in_transaction and desk.count() == 2
    assert desk.transactor.durable == durable and durable.seq == 2


def test_after_a_failure_nothing_is_written_until_the_database_is_opened_anew(desk: Desk) -> None:
    """A failed commit is unknown, not undone."""
    desk.fill_the_disk()
    first = desk.transactor.commit([BIG])
    desk.database.pragma("max_page_count", 1_000_000)
    assert desk.transactor.commit([BIG]) is first is not None
    assert desk.count() == 2
    assert not desk.transactor.reopen()
    assert desk.transactor.commit([BIG]) is None and desk.count() == 3


@pytest.mark.parametrize("after", [False, True])
def test_opening_anew_tells_whether_the_batch_came_through_after_all(tmp_path: Path, after: bool) -> None:
    """An error of the commit says nothing about what the disk has: the last record of the batch does."""
    database: list[Database] = []
    reaching: list[Callable[[str], None]] = [ignore]

    def reach(point: str) -> None:
        reaching[0](point)

    def opened() -> Database:
        database.append(open_writer(tmp_path / FILE))
        return database[-1]

    transactor = Transactor(opened, reach)
    transactor.commit([Create((ONE,)), Append(intent(ONE), ONE.standing)])
    reaching[0] = failing_commit(apsw.IOError, after=after)
    assert transactor.commit([BIG]) is not None
    reaching[0] = ignore
    assert transactor.reopen() is after
    assert (transactor.durable.seq == 3) is after
    if not after:
        assert transactor.commit([BIG]) is None
    assert list(database[-1].execute("SELECT count(*) FROM record")) == [(3,)]
    transactor.close()


def test_a_database_that_cannot_be_opened_stays_fenced(desk: Desk) -> None:
    """With the error that stands in the way, as often as it is tried."""
    desk.fill_the_disk()
    desk.transactor.commit([BIG])
    desk.refusing = DroverError(ErrorCode.FOLDER_NOT_WRITABLE)
    for _ in range(2):
        with pytest.raises(DroverError):
            desk.transactor.reopen()
    assert desk.transactor.commit([BIG]) is not None
    desk.refusing = None
    assert not desk.transactor.reopen() and desk.transactor.commit([BIG]) is None


@pytest.mark.parametrize(
    "impossible",
    [
        Append(Note(task=ONE.id, kind=NoteKind.STATE, code="\ud800", at_ms=1), ONE.standing),
        Append(note(task(2)), ONE.standing),
        Create((ONE,)),
        Append(correction(task(1), step=9), ONE.standing),
    ],
)
def test_what_contradicts_the_store_is_a_fault_of_ours_and_not_a_hang(desk: Desk, impossible: Append | Create) -> None:
    """INTERNAL: a value that no column holds, a task that is not there or there twice, an attempt nobody made."""
    error = desk.transactor.commit([impossible])
    assert error is not None and error.code is ErrorCode.INTERNAL
    assert not desk.database.in_transaction and desk.count() == 2


def test_an_attempt_has_all_that_a_ledger_and_a_later_reader_ask_for(tmp_path: Path) -> None:
    """Batch, both request ids, model, price list, hold, cost, status, flags and day, each in a column."""
    desk, one = Desk(tmp_path), task(batch="b")
    desk.transactor.commit([Create((one,)), Append(intent(one), one.standing)])
    columns = "step, number, batch, provider, model, price_list, day, held, cost, status, provider_request_id"
    expected = (1, 1, "b", "p", "m", "own", "2026-11-24", 5_000_000)
    assert list(desk.database.execute(f"SELECT {columns} FROM attempt")) == [(*expected, 5_000_000, "open", "")]
    desk.transactor.commit([Append(outcome(one, cost=7), one.standing)])
    assert list(desk.database.execute(f"SELECT {columns} FROM attempt")) == [(*expected, 7, "accepted", "req-1")]
    desk.transactor.close()


def test_spending_is_summed_as_it_is_made_and_corrected(desk: Desk) -> None:
    """The cost of a start does not grow with the history: one row a day, batch, provider and model."""
    desk.transactor.commit([Append(outcome(ONE, cost=700), ONE.standing), Append(intent(ONE, 2), ONE.standing)])
    desk.transactor.commit([Append(outcome(ONE, 2, cost=40), ONE.standing)])
    desk.transactor.commit([Append(correction(ONE, 1, 5, before=700), ONE.standing)])
    columns = "day, batch, provider, model, attempts, cost, input, output"
    assert list(desk.database.execute(f"SELECT {columns} FROM spending")) == [
        ("2026-11-24", "", "p", "m", 2, 45, 20, 40)
    ]
    assert [cost for (cost,) in desk.database.execute("SELECT cost FROM attempt ORDER BY record")] == [5, 40]
