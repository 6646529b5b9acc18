"""A batch's table in the results folder follows its tasks, seldom, and is whole at the end."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.domain.ids import TaskId
from engine.domain.states import State
from engine.domain.task import Standing
from engine.recipes import recipe
from engine.results.batch_files import BatchFiles, file_of
from engine.results.folder import ResultsFolder
from engine.store.memory import MemoryStore
from engine.store.port import StoredTask
from tests.stored import task, write_steps


def of_batch(number: int) -> StoredTask:
    """Return a task of the batch that is completed."""
    made = task(number)
    spec = replace(made.spec, batch="My tickets", cells={"id": str(number)})
    return replace(made, spec=spec, standing=Standing(state=State.COMPLETED, steps_done=1))


async def store_with(*numbers: int) -> MemoryStore:
    """Return a store with these tasks, one step done."""
    store = MemoryStore()
    for number in numbers:
        made = of_batch(number)
        await store.create([made])
        await write_steps(store, made, 1)
        store.tasks[made.id] = made
    return store


def table(root: Path) -> list[dict[str, str]]:
    """Return what the file has."""
    return list(csv.DictReader(file_of(root, "My tickets").read_text("utf-8").splitlines(keepends=True)))


async def test_the_results_folder_has_the_table_of_a_batch(tmp_path: Path) -> None:
    """What the rows had, and the answers, when the program ends at the latest."""
    store = await store_with(1, 2)
    results = ResultsFolder(tmp_path, store, recipe)
    results.publish(task(1).id)
    await results.close()
    assert [(row["id"], row["state"], bool(row["answer"])) for row in table(tmp_path)] == [
        ("1", "completed", True),
        ("2", "completed", True),
    ]


async def test_asks_are_merged_and_no_answer_is_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten asks are two writings; what has not changed is not read again."""
    store = await store_with(1, 2)
    reads: list[str] = []
    before = MemoryStore.replies

    async def replies(self: MemoryStore, task: TaskId) -> tuple[str, ...]:
        reads.append(task)
        return await before(self, task)

    monkeypatch.setattr(MemoryStore, "replies", replies)
    files = BatchFiles(lambda: tmp_path, store, recipe)
    files.ask("My tickets")
    await files.close()
    assert len(reads) == 2
    changed = of_batch(2)
    store.tasks[changed.id] = replace(changed, standing=replace(changed.standing, spent=7))
    for _ in range(10):
        files.ask("My tickets")
    await files.close()
    assert len(reads) == 3 and len(table(tmp_path)) == 2


async def test_a_table_that_its_person_wrote_to_is_set_aside(tmp_path: Path) -> None:
    """Their words are kept beside the new one; a task's new title is in that."""
    store = await store_with(1)
    files = BatchFiles(lambda: tmp_path, store, recipe)
    files.ask("My tickets")
    await files.close()
    file = file_of(tmp_path, "My tickets")
    file.write_text("Mine")
    os.utime(file, ns=(1, 1))
    made = of_batch(1)
    store.tasks[made.id] = replace(made, spec=replace(made.spec, title="Renamed"))
    files.ask("My tickets")
    await files.close()
    assert file.with_name(f"{file.stem}.edited.csv").read_text() == "Mine"
    assert [row["title"] for row in table(tmp_path)] == ["Renamed"]


async def test_a_table_that_cannot_be_written_keeps_no_other_from_it(tmp_path: Path) -> None:
    """Where a folder has its name, say."""
    store = await store_with(1)
    file_of(tmp_path, "Another").mkdir(parents=True)
    os.utime(file_of(tmp_path, "Another"), ns=(0, 0))
    files = BatchFiles(lambda: tmp_path, store, recipe)
    files.ask("Another")
    files.ask("My tickets")
    await files.close()
    assert [row["id"] for row in table(tmp_path)] == ["1"]


def test_two_batches_have_two_files(tmp_path: Path) -> None:
    """Also where their names are written the same; no name leads out of the folder."""
    assert len({file_of(tmp_path, name) for name in ("a b", "a-b", "../a-b", "")}) == 4
    assert file_of(tmp_path, "../../x").parent == tmp_path / "batches"
