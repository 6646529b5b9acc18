"""Rows of attempts and sums of spending, made from records, are what the store writes with them."""

from __future__ import annotations

from pathlib import Path

from engine.store.connection import open_reader
from engine.store.journal import Walk
from engine.store.repair.attempts import ATTEMPT, attempts_by, sums_by
from engine.store.store import FILE, open_store
from tests.stored import correction, intent, note, outcome, standing, task, write_steps


async def test_they_are_the_same(tmp_path: Path) -> None:
    """With an attempt that is open, one that was corrected, and a second of one step."""
    one = task(batch="b")
    store = await open_store(tmp_path)
    await store.create([one])
    await write_steps(store, one, 3)
    await store.append_correction(correction(one, 2, 77), standing(3))
    await store.append_intent(intent(one, 4), standing(3))
    await store.append_outcome(outcome(one, 4, text="", cost=0), standing(3))
    await store.append_note(note(one), standing(3))
    await store.append_intent(intent(one, 4, 2, day="2026-11-25"), standing(3))
    await store.close()
    connection = open_reader(tmp_path / FILE)
    records = list(Walk(one.id, 1).records(connection))
    assert attempts_by(1, records) == list(connection.execute(f"SELECT {ATTEMPT} FROM attempt"))
    rows = {tuple(row[:4]): tuple(row[4:]) for row in connection.execute("SELECT * FROM spending")}
    assert {key: total.values() for key, total in sums_by(records).items()} == rows
    connection.close()
