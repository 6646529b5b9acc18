"""Batches of records in one transaction, and what a failing one does."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.step import Note, NoteKind
from engine.store import points
from engine.store.chain import origin
from engine.store.connection import open_writer
from engine.store.database import Database
from engine.store.store import FILE, ignore
from engine.store.transactor import Append, Create, Transactor
from tests.stored import intent, note, outcome, task


@pytest.fixture
def database(tmp_path: Path) -> Generator[Database]:
    """A new database, open for writing."""
    connection = open_writer(tmp_path / FILE)
    yield connection
    connection.close()


def count(database: Database, table: str = "record") -> int:
    """Return the number of a table's rows."""
    row = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return row[0]


def fill_the_disk(database: Database) -> None:
    """Leave no room for another page, as a full disk does."""
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = database.pragma("page_count")
    assert isinstance(pages, int)
    database.pragma("max_page_count", pages)


def test_a_batch_is_one_transaction_between_its_two_points(database: Database) -> None:
    """Whatever is in it."""
    seen: list[tuple[str, bool]] = []
    transactor = Transactor(database, lambda point: seen.append((point, database.in_transaction)))
    one = task()
    writes = [Create((one,)), Append(intent(one), one.standing), Append(outcome(one), one.standing)]
    assert transactor.commit(writes) is None
    assert seen == [(points.BEFORE_COMMIT, True), (points.AFTER_COMMIT, False)]
    assert count(database) == 3


def test_numbers_and_chain_go_on_after_opening_anew(database: Database) -> None:
    """Records are numbered and chained as if the program had never ended."""
    one = task()
    Transactor(database, ignore).commit([Create((one,))])
    Transactor(database, ignore).commit([Append(note(one), one.standing)])
    rows = list(database.execute("SELECT seq, place, hash FROM record ORDER BY seq"))
    assert [(seq, place) for seq, place, _ in rows] == [(1, 1), (2, 2)]
    assert len({origin(one.id), *(hash_ for _, _, hash_ in rows)}) == 3


def test_a_full_disk_undoes_the_whole_batch_and_names_itself(database: Database) -> None:
    """DISK_FULL, none of the batch is there, and what was durable before stays known as that."""
    transactor = Transactor(database, ignore)
    one = task()
    assert transactor.commit([Create((one,))]) is None
    durable = transactor.durable
    fill_the_disk(database)
    error = transactor.commit([Append(outcome(one, text="x" * 100_000), one.standing)])
    assert error is not None and error.code is ErrorCode.DISK_FULL
    assert not database.in_transaction and count(database) == 1
    assert transactor.durable == durable == (1, durable[1])


def test_after_a_failure_nothing_is_written_any_more(database: Database) -> None:
    """A failed commit is unknown, not undone: the store is fenced until it is opened anew."""
    transactor = Transactor(database, ignore)
    one = task()
    transactor.commit([Create((one,))])
    fill_the_disk(database)
    first = transactor.commit([Append(outcome(one, text="x" * 100_000), one.standing)])
    database.pragma("max_page_count", 1_000_000)
    assert transactor.commit([Append(note(one), one.standing)]) is first is not None
    assert count(database) == 1
    assert Transactor(database, ignore).commit([Append(note(one), one.standing)]) is None


def test_a_value_that_cannot_be_stored_is_an_error_and_not_a_hang(database: Database) -> None:
    """A fault of ours fences the store too, with a code."""
    transactor = Transactor(database, ignore)
    one = task()
    transactor.commit([Create((one,))])
    impossible = Note(task=one.id, kind=NoteKind.STATE, code="\ud800", at_ms=1)
    error = transactor.commit([Append(impossible, one.standing)])
    assert error is not None and error.code is ErrorCode.STORE_FAILED
    assert not database.in_transaction and count(database) == 1


def test_an_attempt_has_all_that_a_ledger_and_a_later_reader_ask_for(database: Database) -> None:
    """Batch, both request ids, model, price list, hold, cost, status and day, each in a column."""
    one = task(batch="b")
    transactor = Transactor(database, ignore)
    transactor.commit([Create((one,)), Append(intent(one), one.standing)])
    columns = "task, step, number, batch, provider, model, price_list, day, held, cost, status, provider_request_id"
    expected = (one.id, 1, 1, "b", "p", "m", "own", "2026-11-24", 5_000_000)
    assert list(database.execute(f"SELECT {columns} FROM attempt")) == [(*expected, 5_000_000, "open", "")]
    transactor.commit([Append(outcome(one, cost=7), one.standing)])
    assert list(database.execute(f"SELECT {columns} FROM attempt")) == [(*expected, 7, "accepted", "req-1")]


def test_open_attempts_and_spending_are_found_by_an_index(database: Database) -> None:
    """The cost of a start does not grow with the history."""
    for question, index in (
        ("SELECT id FROM attempt WHERE outcome_seq IS NULL", "attempt_open"),
        ("SELECT day, batch, sum(cost) FROM attempt GROUP BY day, batch", "attempt_by_day"),
    ):
        plan = " ".join(str(row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {question}"))
        assert index in plan and "TEMP" not in plan
