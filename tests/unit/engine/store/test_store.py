"""The store of a folder under what disks and people do to it: copies, cuts, flipped bits, readers beside the writer."""

from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.step import Flag
from engine.store import watermark
from engine.store.chain import digests
from engine.store.connection import open_writer
from engine.store.reader import Reader
from engine.store.rows import OPEN, PLACES
from engine.store.store import FILE, open_store, open_store_reader
from tests.stored import note, task, write_steps

DAMAGE = {ErrorCode.STORE_DAMAGED, ErrorCode.NOT_A_STORE, ErrorCode.STORE_FAILED}


async def folder_with_steps(folder: Path, count: int = 8) -> None:
    """Make a store with one task of `count` steps and close it."""
    store = await open_store(folder)
    await store.create([task()])
    await write_steps(store, task(), count)
    await store.close()


async def everything(reader: Reader) -> tuple[object, ...]:
    """Return all that a reader can see."""
    scanned = await reader.scan()
    rest = [(await reader.steps(each.id), await reader.log(each.id)) for each in scanned]
    return (scanned, rest, await reader.open_attempts(), await reader.spending())


async def read_or_refuse(folder: Path) -> object:
    """Return all that a reader gives of a folder, or the code with which it refuses."""
    try:
        reader = await open_store_reader(folder)
    except DroverError as error:
        return error.code
    try:
        return await everything(reader)
    except DroverError as error:
        return error.code
    finally:
        await reader.close()


async def test_a_copy_of_its_files_at_any_moment_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    """What a power cut leaves: database and write-ahead log as they are, nothing closed."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    for step in range(1, 9):
        await write_steps(store, task(), 1, first=step)
        copy = tmp_path / f"copy{step}"
        copy.mkdir()
        for file in (FILE, f"{FILE}-wal"):
            shutil.copyfile(tmp_path / "data" / file, copy / file)
        reopened = await open_store(copy)
        assert len(await reopened.replies(task().id)) == step and not reopened.lost
        await reopened.append_note(note(task()), task().standing)
        await reopened.close()
    await store.close()


async def test_a_log_cut_anywhere_leaves_a_beginning_of_the_records(tmp_path: Path) -> None:
    """Never a torn one; and the watermark tells how much is missing."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    await write_steps(store, task(), 6)
    log = (tmp_path / "data" / f"{FILE}-wal").read_bytes()
    whole = await store.log(task().id)
    shutil.copyfile(tmp_path / "data" / FILE, tmp_path / FILE)
    await store.close()
    mark = (tmp_path / "data" / watermark.NAME).read_bytes()
    seen: set[int] = set()
    for place in random.Random(5).sample(range(len(log) // 2, len(log)), 25):
        copy = tmp_path / f"cut{place}"
        copy.mkdir()
        shutil.copyfile(tmp_path / FILE, copy / FILE)
        (copy / f"{FILE}-wal").write_bytes(log[:place])
        (copy / watermark.NAME).write_bytes(mark)
        reopened = await open_store(copy)
        left = await reopened.log(task().id)
        assert left == whole[: len(left)]
        assert reopened.lost == len(whole) - len(left)
        seen.add(len(left))
        await reopened.close()
    assert len(seen) > 3


async def test_a_flipped_bit_is_an_error_or_harmless_and_never_another_value(tmp_path: Path) -> None:
    """Page checksums and the chain: eighty single bits anywhere in the file."""
    await folder_with_steps(tmp_path / "data")
    whole = (tmp_path / "data" / FILE).read_bytes()
    reader = await open_store_reader(tmp_path / "data")
    before = await everything(reader)
    await reader.close()
    chance, caught = random.Random(11), 0
    for number in range(80):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        copy = tmp_path / f"flip{number}"
        copy.mkdir()
        (copy / FILE).write_bytes(damaged)
        found = await read_or_refuse(copy)
        assert found == before or found in DAMAGE | {ErrorCode.STORE_TOO_NEW}
        caught += found != before
    assert caught > 40


@pytest.mark.parametrize(
    ("harm", "place"),
    [
        (f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 3}", "record 3"),
        (f"UPDATE record SET text = NULL WHERE id = {PLACES + 3}", "record 3"),
        (f"UPDATE record SET header = x'80' WHERE id = {PLACES + 2}", "record 2"),
        (f"UPDATE record SET at = at + 1 WHERE id = {PLACES + 2}", "record 2"),
        (f"UPDATE record SET text_digest = zeroblob(32), text = NULL WHERE id = {PLACES + 3}", "record 3"),
        (f"DELETE FROM record WHERE id = {PLACES + 2}", "record 2"),
        (f"UPDATE record SET id = id + 1 WHERE id = {PLACES + 5}", "record 5"),
        ("DELETE FROM record WHERE id = (SELECT max(id) FROM record)", "ends at record 4 of 5"),
        ("UPDATE task SET spec = zeroblob(9)", "settings"),
    ],
)
async def test_a_broken_chain_names_its_place(tmp_path: Path, harm: str, place: str) -> None:
    """Changed by whoever knows to write page checksums, a task is still not given out as if it were whole."""
    await folder_with_steps(tmp_path, 2)
    connection = open_writer(tmp_path / FILE)
    connection.pragma("foreign_keys", value=False)
    connection.execute(harm)
    connection.close()
    reader = await open_store_reader(tmp_path)
    for read in (reader.load, reader.steps, reader.replies, reader.log, reader.checkpoints):
        with pytest.raises(DroverError) as raised:
            await read(task().id)
        assert raised.value.code is ErrorCode.STORE_DAMAGED and place in raised.value.detail
    await reader.close()


@pytest.mark.parametrize("harm", ["UPDATE task SET id = {}", "UPDATE record SET text = {} WHERE text IS NOT NULL"])
async def test_a_text_that_is_no_text_is_damage(tmp_path: Path, harm: str) -> None:
    """Bytes that are not UTF-8 are an error with a code, wherever they stand."""
    await folder_with_steps(tmp_path, 2)
    connection = open_writer(tmp_path / FILE)
    connection.execute(harm.format("CAST(x'ff' AS TEXT)"))
    connection.close()
    assert await read_or_refuse(tmp_path) is ErrorCode.STORE_DAMAGED


async def test_attempts_that_ended_are_not_read_to_find_the_open_ones(tmp_path: Path) -> None:
    """A start costs by tasks, not by all that they ever asked: of attempts only those behind the first open one."""
    await folder_with_steps(tmp_path, 40)
    connection = open_writer(tmp_path / FILE)
    plans = [line for (*_, line) in connection.execute("EXPLAIN QUERY PLAN " + OPEN.format("no, record"))]
    connection.close()
    assert plans[1:] == ["SEARCH attempt USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"], plans


async def test_a_new_folder_is_durable_in_those_above_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each on the way is synced in the one that it is in, or a power cut would take the store with its folder."""
    synced: list[Path] = []
    monkeypatch.setattr("engine.store.store.sync_folder", synced.append)
    store = await open_store(tmp_path / "share" / "data")
    assert set(synced) == {tmp_path, tmp_path / "share"}
    await store.close()


async def test_a_dropped_payload_leaves_the_chain_whole(tmp_path: Path) -> None:
    """Retention may take a body away: its digest stays and the rest still verifies."""
    await folder_with_steps(tmp_path, 2)
    connection = open_writer(tmp_path / FILE)
    (text, raw), *_ = connection.execute("SELECT text, raw FROM record WHERE id = ?", (PLACES + 3,))
    gone = digests(text, raw)
    connection.execute(
        "UPDATE record SET text = NULL, raw = NULL, text_digest = ?, raw_digest = ? WHERE id = ?",
        (gone.text, gone.raw, PLACES + 3),
    )
    connection.close()
    reader = await open_store_reader(tmp_path)
    first, second = await reader.steps(task().id)
    assert first.accepted and not first.accepted.text and Flag.DROPPED in first.accepted.flags
    assert second.accepted and second.accepted.text and not second.accepted.flags
    with pytest.raises(DroverError) as raised:
        await reader.replies(task().id)
    assert raised.value.code is ErrorCode.TEXT_DROPPED
    await reader.close()


async def test_damage_of_one_task_does_not_touch_another(tmp_path: Path) -> None:
    """The chain is each task's own."""
    store = await open_store(tmp_path)
    one, two = task(1), task(2)
    await store.create([one, two])
    await write_steps(store, one, 1)
    await write_steps(store, two, 1)
    await store.close()
    connection = open_writer(tmp_path / FILE)
    connection.execute("UPDATE record SET hash = zeroblob(32) WHERE id < ?", (2 * PLACES,))
    connection.close()
    reader = await open_store_reader(tmp_path)
    with pytest.raises(DroverError):
        await reader.steps(one.id)
    assert len(await reader.steps(two.id)) == 1
    await reader.close()


async def test_the_ledger_of_a_damaged_task_says_so_and_the_others_are_whole(tmp_path: Path) -> None:
    """What holds of it is there, then a line that the rest is not."""
    store = await open_store(tmp_path)
    one, two = task(1), task(2)
    await store.create([one, two])
    await write_steps(store, one, 2)
    await write_steps(store, two, 1)
    await store.close()
    connection = open_writer(tmp_path / FILE)
    connection.execute("UPDATE record SET hash = zeroblob(32) WHERE id = ?", (PLACES + 4,))
    connection.close()
    reader = await open_store_reader(tmp_path)
    kinds = [(entry.task, entry.kind, entry.step) async for entry in reader.ledger()]
    assert kinds == [(one.id, "attempt", 1), (one.id, "damaged", 0), (two.id, "attempt", 1)]
    await reader.close()


async def test_two_readers_beside_the_writer_see_whole_steps(tmp_path: Path) -> None:
    """Each read is one snapshot: what it sees is a beginning of the records, and it grows."""
    store = await open_store(tmp_path)
    await store.create([task()])
    readers = [await open_store_reader(tmp_path) for _ in range(2)]
    writing = asyncio.create_task(write_steps(store, task(), 40))
    counts: list[int] = []
    while not writing.done():
        for reader in readers:
            counts += [len(await reader.replies(task().id))]
    await writing
    assert counts == sorted(counts) and len(set(counts)) > 3
    assert [len(await reader.replies(task().id)) for reader in readers] == [40, 40]
    for reader in readers:
        await reader.close()
    await store.close()


async def test_the_watermark_follows_within_a_second_and_at_the_close(tmp_path: Path) -> None:
    """Off the commit's path, and never ahead of the database."""
    store = await open_store(tmp_path)
    await store.create([task()])
    await write_steps(store, task(), 3)
    await store.close()
    mark = watermark.read(tmp_path)
    assert mark is not None and mark.seq == 7
    reopened = await open_store(tmp_path)
    assert reopened.lost == 0
    await reopened.close()


async def test_an_older_copy_in_its_place_is_told(tmp_path: Path) -> None:
    """Behind the watermark, or the same length with other records."""
    await folder_with_steps(tmp_path / "old", 2)
    await folder_with_steps(tmp_path / "data", 5)
    shutil.copyfile(tmp_path / "old" / FILE, tmp_path / "data" / FILE)
    store = await open_store(tmp_path / "data")
    assert store.lost == 6
    await store.close()
    other = await open_store(tmp_path / "other")
    await other.create([task(2)])
    await write_steps(other, task(2), 5)
    await other.close()
    shutil.copyfile(tmp_path / "old" / watermark.NAME, tmp_path / "other" / watermark.NAME)
    store = await open_store(tmp_path / "other")
    assert store.lost == 1
    await store.close()


async def test_closing_makes_everything_queued_durable(tmp_path: Path) -> None:
    """Also what nobody waited for."""
    store = await open_store(tmp_path)
    store.create([task()])
    for place in range(100):
        store.append_note(note(task(), str(place)), task().standing)
    await store.close()
    reader = await open_store_reader(tmp_path)
    assert len(await reader.log(task().id)) == 101
    await reader.close()


async def test_health_tells_speed_and_size(tmp_path: Path) -> None:
    """Milliseconds, bytes and the time of the last save."""
    store = await open_store(tmp_path)
    await store.create([task()])
    await write_steps(store, task(), 5)
    health = store.health()
    assert 0 < health.save_p50_ms <= health.save_p99_ms < 10_000
    assert health.last_saved_at_ms is not None and health.bytes_on_disk > 0 and health.queued == 0
    await store.close()
