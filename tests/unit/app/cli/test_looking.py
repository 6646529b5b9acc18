"""Commands that only read: what they say of tasks whose program has died, and which task is meant."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from app.cli.looking import export_one, list_all, show_one
from app.cli.report import CommandError, Exit, Output
from app.lock import FolderLock, Owner
from app.paths import Paths
from engine.domain.clock import SystemClock
from engine.domain.states import State
from engine.domain.task import Standing
from engine.store.store import open_store
from tests.stored import task

JSON, PLAIN = Output(json=True), Output(json=False)


@pytest.fixture
async def paths(tmp_path: Path) -> Paths:
    """A folder with one task that was running when its program died."""
    paths = Paths.under(tmp_path)
    store = await open_store(paths.data, clock=SystemClock())
    running = msgspec.structs.replace(task(), standing=Standing(state=State.RUNNING))
    await store.create([running])
    await store.close()
    return paths


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return what was printed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_what_no_process_runs_is_told_as_interrupted(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    """In the list and by itself, for people and for programs, with how to go on."""
    await list_all(paths, JSON)
    await show_one(paths, task().id, JSON)
    told = [line for line in lines(capsys) if "state" in line]
    assert [(line["state"], line["reason"]) for line in told] == [("paused", "interruption")] * 2
    await list_all(paths, PLAIN)
    said = capsys.readouterr()
    assert "interrupted" in said.out and "Running" not in said.out
    assert "drover resume" in said.err


async def test_while_a_process_holds_the_folder_it_runs(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told as it is stored."""
    with FolderLock(paths.lock_file, Owner(pid=4711, kind="window", since_ms=0)):
        await list_all(paths, PLAIN)
    said = capsys.readouterr()
    assert "Running" in said.out and "drover resume" not in said.err


async def test_no_name_names_no_task(paths: Paths) -> None:
    """An empty id is not the beginning of every one."""
    for command in (show_one(paths, "", JSON), export_one(paths, "", "md", None, PLAIN)):
        with pytest.raises(CommandError) as raised:
            await command
        assert (raised.value.code, raised.value.status) == ("which_task", Exit.BAD_INPUT)


async def test_a_beginning_of_several_ids_names_them(tmp_path: Path) -> None:
    """A person sees which there are and gives more of the one that is meant."""
    paths = Paths.under(tmp_path)
    store = await open_store(paths.data, clock=SystemClock())
    await store.create([task(1), task(2)])
    await store.close()
    with pytest.raises(CommandError) as told:
        await show_one(paths, task(1).id[:2], PLAIN)
    assert task(1).id in told.value.sentence and task(2).id in told.value.sentence
