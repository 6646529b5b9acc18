"""The header and the schema are lent where they cannot be read: what lies behind them is as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.store import watermark
from engine.store.repair.beginning import checksum, readable
from engine.store.repair.verify import verify
from engine.store.store import FILE, open_store, open_store_reader
from tests.damaged import PAGE, TASKS, fill, flip, pages_of, see

PLACES = [(1, 3), (1, 18), (1, 50), (1, 200)]
"""Page and byte: the name of the format, its version, counters, the schema."""


async def test_a_page_s_checksum_is_as_sqlite_writes_it(tmp_path: Path) -> None:
    """Of every page of a store."""
    await fill(tmp_path)
    content = (tmp_path / FILE).read_bytes()
    pages = [content[at : at + PAGE] for at in range(0, len(content), PAGE)]
    assert all(checksum(page[:-8]) == page[-8:] for page in pages)


@pytest.mark.parametrize(("page", "byte"), PLACES)
async def test_a_flipped_bit_in_the_beginning_costs_nothing(tmp_path: Path, page: int, byte: int) -> None:
    """It is told by verify, repaired by the next start, and every task, step and amount is there."""
    await fill(tmp_path)
    reader = await open_store_reader(tmp_path)
    before = await see(reader)
    await reader.close()
    flip(tmp_path, page, byte)
    found = verify(tmp_path)
    assert not found.sound and found.tasks == TASKS and "the beginning" in found.unsound[0].place
    store = await open_store(tmp_path)
    assert store.damage and await see(store) == before
    await store.close()
    assert verify(tmp_path).sound


async def test_what_cannot_be_opened_for_want_of_room_is_no_damage(tmp_path: Path) -> None:
    """It says nothing of what lies in the file, so verify does not say that the beginning is gone."""
    await fill(tmp_path)
    (tmp_path / f"{FILE}-wal").write_bytes(b"left")
    (tmp_path / f"{FILE}-shm").symlink_to(tmp_path / "no" / "where")
    with pytest.raises(DroverError) as raised:
        verify(tmp_path)
    assert raised.value.code is ErrorCode.FOLDER_NOT_WRITABLE


async def test_every_page_of_the_schema_can_be_lent(tmp_path: Path) -> None:
    """Also those behind the first."""
    await fill(tmp_path)
    for page in [page for page, name in pages_of(tmp_path).items() if name == "sqlite_schema"]:
        flip(tmp_path, page, 100)
        with readable(tmp_path / FILE) as (database, lent):
            assert lent
            assert database.execute("SELECT count(*) FROM task").fetchone() == (TASKS,)
        flip(tmp_path, page, 100)


async def test_what_no_watermark_knows_is_nobody_s_store(tmp_path: Path) -> None:
    """Another program's file is left alone."""
    await fill(tmp_path)
    (tmp_path / watermark.NAME).unlink()
    flip(tmp_path, 1, 3)
    with pytest.raises(DroverError) as refused:
        verify(tmp_path)
    assert refused.value.code is ErrorCode.NOT_A_STORE


async def test_where_nothing_holds_behind_it_nothing_is_begun_afresh(tmp_path: Path) -> None:
    """Pages that no beginning fits are refused, and lie as they were."""
    await fill(tmp_path)
    file = tmp_path / FILE
    content = bytes(PAGE) * (file.stat().st_size // PAGE)
    file.write_bytes(content)
    with pytest.raises(DroverError) as refused:
        await open_store(tmp_path)
    assert refused.value.code is ErrorCode.STORE_UNREADABLE
    assert file.read_bytes() == content


async def test_a_store_that_is_hardly_one_any_more_is_called_damaged(tmp_path: Path) -> None:
    """A watermark counts its records: nobody is told that there is no data."""
    await fill(tmp_path)
    flip(tmp_path, 1, 3)
    with pytest.raises(DroverError) as refused:
        await open_store_reader(tmp_path)
    assert refused.value.code is ErrorCode.STORE_DAMAGED
    (tmp_path / FILE).unlink()
    (gone,) = verify(tmp_path).unsound
    assert gone.lost_records > 0
    with pytest.raises(DroverError) as refused:
        await open_store_reader(tmp_path)
    assert refused.value.code is ErrorCode.STORE_DAMAGED


@pytest.mark.parametrize("part", [0.4, 0.6, 0.9])
async def test_of_a_file_that_was_cut_off_what_is_left_is_kept(tmp_path: Path, part: float) -> None:
    """Its header promises more pages than there are; the tasks behind the cut are told, and none is made up."""
    await fill(tmp_path)
    reader = await open_store_reader(tmp_path)
    before = await see(reader)
    await reader.close()
    file = tmp_path / FILE
    os.truncate(file, int(file.stat().st_size * part))
    assert not verify(tmp_path).sound
    store = await open_store(tmp_path)
    seen = await see(store)
    await store.close()
    assert store.damage or store.lost
    for task, steps in seen.steps.items():
        assert seen.tasks[task].spec == before.tasks[task].spec
        kept = [step.accepted.text for step in steps if step.accepted]
        assert kept == [step.accepted.text for step in before.steps[task] if step.accepted][: len(kept)]
    assert verify(tmp_path).sound
