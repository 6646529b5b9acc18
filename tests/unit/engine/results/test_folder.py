"""The results folder follows the store, and its troubles are nobody's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.domain.states import State
from engine.recipes import recipe
from engine.results import folder as folder_module
from engine.results.folder import ResultsFolder
from engine.store.memory import MemoryStore
from tests.stored import outcome, task, write_steps


async def store_with(*numbers: int, steps: int = 1) -> MemoryStore:
    """Return a store with these tasks, `steps` steps done."""
    store = MemoryStore()
    await store.create([task(number) for number in numbers])
    for number in numbers:
        await write_steps(store, task(number), steps)
    return store


async def test_answer_and_transcript_are_written(tmp_path: Path) -> None:
    """In a folder that is called like the task."""
    store = await store_with(1)
    results = ResultsFolder(tmp_path, store, recipe)
    results.publish(task(1).id)
    await results.close()
    folder = results.folder(task(1).id, task(1).spec.name)
    assert folder.parent == tmp_path
    assert (folder / "answer.md").read_text() == outcome(task(1)).text.strip() + "\n"
    assert "## Step 1" in (folder / "transcript.md").read_text()


async def test_a_task_without_steps_leaves_no_folder(tmp_path: Path) -> None:
    """Nothing to read is nothing to write."""
    store = await store_with(1, steps=0)
    results = ResultsFolder(tmp_path / "results", store, recipe)
    results.publish(task(1).id)
    await results.close()
    assert not (tmp_path / "results").exists()


async def test_asks_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred asks while one write runs are one more write, of the newest state."""
    written: list[Path] = []

    async def write(file: Path, parts: object) -> None:
        del parts
        written.append(file)

    monkeypatch.setattr(folder_module, "write_atomically", write)
    store = await store_with(1)
    results = ResultsFolder(tmp_path, store, recipe)
    for _ in range(100):
        results.publish(task(1).id)
    await results.close()
    assert 2 <= len(written) <= 2 * folder_module.AT_ONCE


async def test_a_folder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    """While the program runs."""
    store = await store_with(1)
    results = ResultsFolder(tmp_path / "r", store, recipe)
    results.publish(task(1).id)
    await results.close()
    shutil.rmtree(tmp_path / "r")
    results.publish(task(1).id)
    await results.close()
    assert (results.folder(task(1).id, task(1).spec.name) / "answer.md").exists()


async def test_a_disk_in_trouble_is_told_and_forgotten_when_it_is_well(tmp_path: Path) -> None:
    """The problem is kept to be shown, other tasks and the next ask are tried all the same."""
    store = await store_with(1, 2)
    results = ResultsFolder(tmp_path / "r", store, recipe)
    (tmp_path / "r").write_text("a file where the folder should be")
    results.publish(task(1).id)
    await results.close()
    assert results.problem
    (tmp_path / "r").unlink()
    results.publish(task(2).id)
    await results.close()
    assert not results.problem
    assert len(list((tmp_path / "r").iterdir())) == 1


async def test_a_task_that_was_deleted_meanwhile_is_no_trouble(tmp_path: Path) -> None:
    """Its files stay as they were."""
    store = await store_with(1)
    results = ResultsFolder(tmp_path, store, recipe)
    await store.delete([task(1).id])
    results.publish(task(1).id)
    await results.close()
    assert not results.problem


async def test_the_transcript_has_the_newest_standing(tmp_path: Path) -> None:
    """As of the store, at the time of writing."""
    store = await store_with(1)
    stored = task(1)
    results = ResultsFolder(tmp_path, store, recipe)
    await write_steps(store, stored, 1, first=2)
    standing = (await store.load(stored.id)).standing
    assert (standing.state, standing.steps_done) == (State.RUNNING, 2)
    results.publish(stored.id)
    await results.close()
    assert "Steps: 2 of" in (results.folder(stored.id, stored.spec.name) / "transcript.md").read_text()
