"""Commands that only read: what they say of tasks whose program has died, and which task is meant."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from pathlib import Path

import msgspec
import pytest

from app.cli import looking
from app.cli.branching import list_checkpoints
from app.cli.budget import Changes, budget
from app.cli.looking import export_one, list_all, show_one
from app.cli.report import CommandError, Exit, Output
from app.composition import Program
from app.lock import FolderLock, Owner
from app.paths import Paths
from engine.domain.clock import SystemClock
from engine.domain.states import State
from engine.domain.task import Standing
from engine.store import watermark
from engine.store.store import FILE, open_store
from engine.store.suspects import write_suspects
from tests.damaged import STEPS, TASKS, fill, flip, harm, pages_of
from tests.stored import task, write_steps

JSON, PLAIN = Output(json=True), Output(json=False)
COMMANDS = 5
"""That say what is not sound."""
SOUND: dict[str, object] = {"lost_records": 0, "tasks": [], "unreadable": False, "unmarked": False}


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


async def told_of(paths: Paths, capsys: pytest.CaptureFixture[str]) -> tuple[list[object], list[str]]:
    """Return what the last lines of `list` and `show` say of damage to programs, and what they say to people."""
    capsys.readouterr()
    for output in (JSON, PLAIN):
        for command in (
            list_all(paths, output),
            show_one(paths, task(2).id, output),
            export_ledger(paths, None, output),
            list_checkpoints(paths, task(2).id, output),
            budget(Program.load(paths), Changes(), output),
        ):
            await command
    said = capsys.readouterr()
    results = [json.loads(line) for line in said.out.splitlines() if line.startswith('{"type":"result"')]
    people = [line for line in said.err.splitlines() if not line.startswith(("No checkpoints", "What is"))]
    return [each["damage"] for each in results], people


def export_ledger(paths: Paths, out: Path | None, output: Output) -> Coroutine[None, None, Exit]:
    """Print the ledger."""
    return looking.export_ledger(paths, out, output, csv=False)


async def test_of_a_sound_store_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor beside a store that is being written."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    store = await open_store(paths.data)
    await write_steps(store, task(2), 1, first=STEPS + 1)
    damage, said = await told_of(paths, capsys)
    await store.close()
    assert damage == [SOUND] * COMMANDS and said == []


async def test_a_lost_end_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An older copy in the place of the database: the watermark knows more; reading changes nothing."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    older = (paths.data / FILE).read_bytes()
    store = await open_store(paths.data)
    await write_steps(store, task(2), 2, first=STEPS + 1)
    await store.close()
    (paths.data / FILE).write_bytes(older)
    damage, said = await told_of(paths, capsys)
    assert damage == [SOUND | {"lost_records": 4}] * COMMANDS
    assert len(said) == COMMANDS and all("4 records" in line and "drover verify" in line for line in said)
    assert (paths.data / FILE).read_bytes() == older


async def test_damaged_tasks_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those with a wrong head, and those that a running program found and the next start will repair."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    harm(paths.data, "UPDATE standing SET head = zeroblob(32) WHERE no = 1")
    write_suspects(paths.data, [task(3).id])
    damage, said = await told_of(paths, capsys)
    assert damage == [SOUND | {"tasks": [task(1).id, task(3).id]}] * COMMANDS
    assert len(said) == COMMANDS and all(task(1).id in line and task(3).id in line for line in said)


async def test_a_page_that_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the tasks can be listed all the same."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    flip(paths.data, next(page for page, name in pages_of(paths.data).items() if name == "budget"))
    await list_all(paths, PLAIN)
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == TASKS and "cannot be read" in said.err


async def test_a_damaged_watermark_is_no_loss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said to be damaged itself."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    mark = paths.data / watermark.NAME
    mark.write_bytes(mark.read_bytes().replace(b'"record":', b'"record":9'))
    damage, said = await told_of(paths, capsys)
    assert damage == [SOUND | {"unmarked": True}] * COMMANDS
    assert len(said) == COMMANDS and all("Nothing is known to be missing" in line for line in said)
