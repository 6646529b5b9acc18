"""`drover verify`: exit 0 and a summary, or exit 6 and every place; beside a running store; with --repair alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.report import Exit, Output
from app.cli.verifying import repair_all, verify_all
from app.lock import FolderInUseError, FolderLock, Owner
from app.paths import Paths
from engine.domain.errors import DroverError, ErrorCode
from engine.store.rows import PLACES
from engine.store.store import open_store
from tests.damaged import STEPS, TASKS, fill, harm
from tests.stored import task, write_steps

JSON, PEOPLE = Output(json=True), Output(json=False)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the objects that were printed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_a_sound_store_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what was read; answers that have no files are told and are no fault."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    assert await verify_all(paths, JSON, moved="") is Exit.COMPLETED
    (told,) = printed(capsys)
    assert (told["sound"], told["tasks"], told["open_attempts"], told["unsound"]) == (True, TASKS, 1, 0)
    assert told["attempts"] == TASKS * STEPS + 1
    assert len(told["without_files"]) == TASKS  # type: ignore[arg-type]


async def test_beside_a_running_store_it_reads_one_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is changed by it, and nothing is taken for damage that is only being written."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    store = await open_store(paths.data)
    for step in range(STEPS + 1, STEPS + 9):
        await write_steps(store, task(1), 1, first=step)
        assert await verify_all(paths, JSON, moved="") is Exit.COMPLETED
    await store.close()
    assert all(line["sound"] for line in printed(capsys))


async def test_what_is_not_sound_is_named_with_what_repairing_costs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 6; and looking changes nothing."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    harm(paths.data, f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 7}")
    for _ in range(2):
        assert await verify_all(paths, JSON, moved="") is Exit.STORE
        first, last = printed(capsys)
        assert (first["task"], first["kept_steps"], first["lost_records"]) == (task(1).id, 2, 3)
        assert (last["sound"], last["lost_records"]) == (False, 3)
    assert await verify_all(paths, PEOPLE, moved=" --data-dir x") is Exit.STORE
    said = capsys.readouterr().out
    assert task(1).id in said and "verify --repair --data-dir x" in said


async def test_repairing_does_what_a_start_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After it all is sound; a second time there is nothing to do."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    harm(paths.data, f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 7}")
    assert await repair_all(paths, JSON) is Exit.COMPLETED
    first, last = printed(capsys)
    assert (first["task"], first["kept_steps"], first["quarantine"]) == (task(1).id, 2, last["copy"])
    assert "quarantine" in str(last["copy"])
    assert await verify_all(paths, JSON, moved="") is Exit.COMPLETED
    assert await repair_all(paths, PEOPLE) is Exit.COMPLETED
    assert "Nothing had to be repaired" in capsys.readouterr().out


async def test_repairing_holds_the_folder(tmp_path: Path) -> None:
    """Never beside a window."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    with FolderLock(paths.lock_file, Owner(pid=1, kind="window", since_ms=0)), pytest.raises(FolderInUseError):
        await repair_all(paths, JSON)


async def test_a_folder_without_a_store_is_said_to_have_none(tmp_path: Path) -> None:
    """It is no empty store."""
    with pytest.raises(DroverError) as raised:
        await verify_all(Paths.under(tmp_path), JSON, moved="")
    assert raised.value.code is ErrorCode.NOT_A_STORE
