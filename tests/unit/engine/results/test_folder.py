"""The results folder follows the store, and its troubles are nobody's."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.domain.states import State
from engine.domain.step import Note, NoteKind, Record
from engine.domain.task import Standing
from engine.recipes import recipe
from engine.results import folder as folder_module
from engine.results.folder import ResultsFolder
from engine.results.task_files import MARK, TaskFiles
from engine.store.journal import Row, Walk
from engine.store.memory import MemoryStore
from engine.store.store import open_store
from tests.stored import CREATED_AT, correction, fork, note, outcome, standing, task, write_steps


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


@pytest.mark.parametrize("kept", [1, 2])
async def test_a_journal_is_read_once_however_often_its_files_grow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Two tasks in turns: each record is read once, or, where but one can be kept in mind, as often as before."""
    read = 0
    follow = Walk.follow

    def counted(self: Walk, row: Row) -> Record:
        nonlocal read
        read += 1
        return follow(self, row)

    monkeypatch.setattr(Walk, "follow", counted)
    monkeypatch.setattr(folder_module, "FOLLOWED", kept)
    store = await open_store(tmp_path / "data")
    await store.create([task(1), task(2)])
    results = ResultsFolder(tmp_path / "results", store, recipe)
    for step in range(1, 11):
        for number in (1, 2):
            await write_steps(store, task(number), 1, first=step)
            results.publish(task(number).id)
            await results.close()
    of_one = 1 + 2 * 10
    assert (read == 2 * of_one) if kept == 2 else (read > 10 * of_one)
    for number in (1, 2):
        text = (results.folder(task(number).id, task(number).spec.name) / "transcript.md").read_text()
        assert text.count("## Step") == 10 and "Steps: 10 of" in text
    await store.close()


async def test_a_task_without_steps_leaves_no_folder(tmp_path: Path) -> None:
    """Nothing to read is nothing to write."""
    store = await store_with(1, steps=0)
    results = ResultsFolder(tmp_path / "results", store, recipe)
    results.publish(task(1).id)
    await results.close()
    assert not (tmp_path / "results").exists()


async def test_asks_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred asks while one write runs are one more write, of the newest state, and never two at once."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    running, most, written = 0, 0, 0

    async def keep(*_: object) -> None:
        nonlocal running, most, written
        running, written = running + 1, written + 1
        most = max(most, running)
        begun.set()
        await go_on.wait()
        running -= 1

    monkeypatch.setattr(TaskFiles, "keep", keep)
    store = await store_with(1)
    results = ResultsFolder(tmp_path, store, recipe)
    results.publish(task(1).id)
    await begun.wait()
    for _ in range(100):
        results.publish(task(1).id)
        await asyncio.sleep(0)
    go_on.set()
    await results.close()
    assert (most, written) == (1, 2)


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
    assert (await store.load(stored.id)).standing == standing(2)
    results.publish(stored.id)
    await results.close()
    assert "Steps: 2 of" in (results.folder(stored.id, stored.spec.name) / "transcript.md").read_text()


async def written(results: ResultsFolder, number: int = 1) -> Path:
    """Publish a task and return its folder."""
    results.publish(task(number).id)
    await results.close()
    return next(results.folder(task(number).id, "").parent.glob(f"*{task(number).id[-8:]}"))


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(each.name for each in folder.iterdir())


async def at_rest(store: MemoryStore, number: int = 1) -> None:
    """Pause a task."""
    done = (await store.load(task(number).id)).standing.steps_done
    await store.append_note(note(task(number)), Standing(state=State.PAUSED, reason="user", steps_done=done))


async def test_a_running_task_has_a_mark_that_is_gone_at_rest(tmp_path: Path) -> None:
    """From its first growth in place on, so that a start knows whose files may be torn."""
    store = await store_with(1)
    results = ResultsFolder(tmp_path, store, recipe)
    folder = await written(results)
    assert not (folder / MARK).exists()
    await write_steps(store, task(1), 1, first=2)
    await written(results)
    assert (folder / MARK).exists()
    await at_rest(store)
    await written(results)
    assert not (folder / MARK).exists()
    assert "paused (user)" in (folder / "transcript.md").read_text()


async def test_what_a_crash_left_torn_is_whole_after_the_next_start(tmp_path: Path) -> None:
    """Written anew from the store, and not taken for somebody's own words; tasks at rest are not touched."""
    store = await store_with(1, 2, steps=2)
    first = ResultsFolder(tmp_path, store, recipe)
    await at_rest(store, 2)
    resting = await written(first, 2)
    await written(first)
    await write_steps(store, task(1), 1, first=3)
    folder = await written(first)
    whole = (folder / "transcript.md").read_text()
    (folder / "transcript.md").write_text(whole[: whole.index("## Step 3") + 30] + "\0" * 50)
    (folder / "answer.md").write_text("half")
    (resting / "answer.md").write_text("My own words")

    second = ResultsFolder(tmp_path, store, recipe)
    second.mend([task(1).id, task(2).id])
    await second.close()
    assert (folder / "transcript.md").read_text() == whole
    assert (folder / "answer.md").read_text() == outcome(task(1), 3).text.strip() + "\n"
    assert (resting / "answer.md").read_text() == "My own words"
    assert names(folder) == [MARK, "answer.md", "transcript.md"]


async def test_another_title_takes_the_folder_along(tmp_path: Path) -> None:
    """One folder a task, with all that lies in it; its name and the transcript's first line are new."""
    store = await store_with(1)
    await at_rest(store)
    results = ResultsFolder(tmp_path, store, recipe)
    folder = await written(results)
    (folder / "own.txt").write_text("mine")
    stored = await store.load(task(1).id)
    edited = Note(task=stored.id, kind=NoteKind.EDITED, at_ms=CREATED_AT)
    await store.edit(replace(stored, spec=replace(stored.spec, title="Another")), edited)
    moved = await written(results)
    assert names(tmp_path) == [moved.name]
    assert moved.name.startswith("another-")
    assert (moved / "own.txt").exists()
    assert (moved / "transcript.md").read_text().startswith("# Another\n")


async def test_a_correction_is_in_the_files(tmp_path: Path) -> None:
    """A line in the middle changes, so the whole file does."""
    store = await store_with(1, steps=3)
    results = ResultsFolder(tmp_path, store, recipe)
    await written(results)
    await store.append_correction(correction(task(1), 2), (await store.load(task(1).id)).standing)
    text = ((await written(results)) / "transcript.md").read_text()
    assert "by the person" in text
    assert text.count("## Step 3") == 1


async def test_a_restored_task_leaves_its_later_steps_behind(tmp_path: Path) -> None:
    """In the transcript they are superseded; the answer is that of the checkpoint, and none where there is none."""
    store = await store_with(1, steps=2)
    results = ResultsFolder(tmp_path, store, recipe)
    await written(results)
    for step in (1, 0):
        back = Note(task=task(1).id, kind=NoteKind.RESTORED, figures={"step": step}, at_ms=CREATED_AT)
        await store.append_note(back, Standing(state=State.PAUSED, steps_done=step))
        folder = await written(results)
        assert "## Step 2 (superseded)" in (folder / "transcript.md").read_text()
        if step:
            assert (folder / "answer.md").read_text() == outcome(task(1), 1).text.strip() + "\n"
    assert not (folder / "answer.md").exists()


async def test_a_fork_begins_with_what_its_parent_paid(tmp_path: Path) -> None:
    """And grows from there."""
    store = await store_with(1)
    await store.fork(task(2), fork(task(2), ("One", "Two"), parent=task(1)))
    results = ResultsFolder(tmp_path, store, recipe)
    folder = await written(results, 2)
    assert (folder / "answer.md").read_text() == "Two\n"
    assert "## Step 2 (of the parent)" in (folder / "transcript.md").read_text()
    await write_steps(store, task(2), 1, first=3)
    assert "## Step 3" in ((await written(results, 2)) / "transcript.md").read_text()


async def test_a_folder_that_moves_is_written_anew_elsewhere(tmp_path: Path) -> None:
    """While the task runs; what lay in the one before stays."""
    store = await store_with(1)
    results = ResultsFolder(tmp_path / "a", store, recipe)
    await written(results)
    results.move(tmp_path / "b")
    await written(results)
    assert [names(folder) for folder in (tmp_path / "a", tmp_path / "b")] == [["goal-1-unicode-00000001"]] * 2
