"""`drover verify`: exit 0 and a summary, or exit 6 and every place; beside a running store; with --repair alone."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from app import log
from app.cli.report import Exit, Output
from app.cli.verifying import repair_all, verify_all
from app.lock import FolderInUseError, FolderLock, Owner
from app.paths import Paths
from engine.domain.errors import DroverError, ErrorCode
from engine.store.rows import PLACES
from engine.store.store import FILE, open_store
from tests.damaged import STEPS, TASKS, fill, flip, harm, pages_of
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


async def test_one_page_is_one_place_in_words_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The task that lies on it is named, with counts that agree; SQLite's own words are for programs."""
    paths = Paths.under(tmp_path)
    await fill(paths.data, tasks=1, steps=2)
    page = max(page for page, name in pages_of(paths.data).items() if name == "record")
    flip(paths.data, page)
    assert await verify_all(paths, PEOPLE, moved="") is Exit.STORE
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and "its records do not all hold. Repairing it keeps" in lines[0]
    assert "one place" in lines[1] and "Tree" not in "".join(lines) and "checksum" not in "".join(lines)
    assert await verify_all(paths, JSON, moved="") is Exit.STORE
    assert printed(capsys)[0]["part"] == "records"


async def test_a_missing_watermark_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is unsound by that: so it is after a backup was put back."""
    paths = Paths.under(tmp_path)
    await fill(paths.data)
    (paths.data / "watermark").unlink()
    assert await verify_all(paths, PEOPLE, moved="") is Exit.COMPLETED
    assert "no watermark" in capsys.readouterr().err


async def test_one_is_not_said_like_many(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Steps, records, tasks and places."""
    paths = Paths.under(tmp_path)
    await fill(paths.data, tasks=1, steps=2)
    assert await verify_all(paths, PEOPLE, moved="") is Exit.COMPLETED
    told = capsys.readouterr()
    assert "one task, 6 records" in told.out and "One task has no files" in told.err
    harm(paths.data, f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 5}")
    await verify_all(paths, PEOPLE, moved="")
    assert "keeps one step and cuts off 2 records" in capsys.readouterr().out


def test_what_cannot_be_repaired_is_a_sentence(tmp_path: Path) -> None:
    """And no traceback."""
    paths = Paths.under(tmp_path)
    asyncio.run(fill(paths.data))
    (paths.data / FILE).write_bytes(bytes((paths.data / FILE).stat().st_size))
    ran = subprocess.run(
        [sys.executable, "-m", "app", "verify", "--repair", "--data-dir", str(tmp_path)],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ran.returncode == Exit.STORE and "Traceback" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert "Traceback" in (paths.state / log.FILE).read_text()
