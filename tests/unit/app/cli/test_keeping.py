"""`drover backup`, and restoring by copying the file into an empty data folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.cli.keeping import back_up_all
from app.cli.report import Exit, Output
from app.cli.verifying import verify_all
from app.paths import Paths
from engine.domain.errors import DroverError, ErrorCode
from engine.store.store import FILE, open_store
from tests.damaged import STEPS, fill
from tests.stored import task

JSON = Output(json=True)


async def test_a_backup_restored_is_the_same_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As README says: the file, as drover.db, in an empty data folder."""
    paths, restored = Paths.under(tmp_path / "one"), Paths.under(tmp_path / "two")
    await fill(paths.data)
    assert await back_up_all(paths, tmp_path / "copy.db", JSON) is Exit.COMPLETED
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == str(tmp_path / "copy.db") and told["bytes"] == (tmp_path / "copy.db").stat().st_size
    restored.data.mkdir(parents=True)
    shutil.copyfile(tmp_path / "copy.db", restored.data / FILE)
    assert await verify_all(restored, JSON, moved="") is Exit.COMPLETED
    store = await open_store(restored.data)
    assert store.damage == () and len(await store.replies(task(1).id)) == STEPS
    await store.close()


async def test_there_must_be_something_to_copy(tmp_path: Path) -> None:
    """A folder without a store is no empty store."""
    with pytest.raises(DroverError) as raised:
        await back_up_all(Paths.under(tmp_path), tmp_path / "copy.db", JSON)
    assert raised.value.code is ErrorCode.NOT_A_STORE
