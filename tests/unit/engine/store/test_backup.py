"""A backup is a whole store in one file, taken while tasks run, checked before it is called one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.store.connection import open_writer
from engine.store.store import FILE, open_store
from tests.stored import task, write_steps


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(file.name for file in folder.iterdir())


async def test_it_opens_as_a_store_and_has_all(tmp_path: Path) -> None:
    """Copied as the database of an empty folder, it is the same store; only its person may read it."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    await write_steps(store, task(), 4)
    (tmp_path / "restored").mkdir()
    await store.backup(tmp_path / "restored" / FILE)
    whole = (await store.scan(), await store.log(task().id), await store.spending())
    await store.close()
    (only,) = (tmp_path / "restored").iterdir()
    assert only.stat().st_mode & 0o777 == 0o600
    restored = await open_store(tmp_path / "restored")
    await restored.check(task().id)
    assert (await restored.scan(), await restored.log(task().id), await restored.spending()) == whole
    await write_steps(restored, task(), 1, first=5)
    await restored.close()


async def test_taken_while_twenty_tasks_write_it_holds_a_moment_of_each(tmp_path: Path) -> None:
    """Every chain ends where its task's row says; nothing that was acknowledged before it began is missing."""
    store = await open_store(tmp_path / "data")
    tasks = [task(number) for number in range(1, 21)]
    await store.create(tasks)
    for each in tasks:
        await write_steps(store, each, 2)
    writing = [asyncio.create_task(write_steps(store, each, 30, first=3)) for each in tasks]
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        await store.backup(tmp_path / str(number) / FILE)
    await asyncio.gather(*writing)
    await store.close()
    for number in range(3):
        restored = await open_store(tmp_path / str(number))
        for each in await restored.scan():
            await restored.check(each.id)
            assert len(await restored.steps(each.id)) >= 2
        assert len(await restored.scan()) == 20 and not restored.lost
        await restored.close()


async def test_a_file_of_that_name_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """A backup that fails leaves the last one, and no rest of its own."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    await write_steps(store, task(), 2)
    target = tmp_path / "backup.db"
    await store.backup(target)
    first = target.read_bytes()
    await store.close()
    connection = open_writer(tmp_path / "data" / FILE)
    connection.execute("UPDATE record SET text = 'another' WHERE text IS NOT NULL")
    connection.close()
    store = await open_store(tmp_path / "data")
    with pytest.raises(DroverError) as raised:
        await store.backup(target)
    await store.close()
    assert raised.value.code is ErrorCode.BACKUP_FAILED
    assert target.read_bytes() == first and names(tmp_path) == ["backup.db", "data"]


@pytest.mark.parametrize("name", [f"data/{FILE}", "nowhere/backup.db"])
async def test_where_it_cannot_be_written_it_says_so(tmp_path: Path, name: str) -> None:
    """Least of all over the database itself."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    with pytest.raises(DroverError) as raised:
        await store.backup(tmp_path / name)
    assert raised.value.code is ErrorCode.BACKUP_FAILED and raised.value.detail
    await write_steps(store, task(), 1)
    await store.close()
