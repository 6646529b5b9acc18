"""A whole chain is followed in slices, and ends where, and with the settings that, its task's row says."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.store import check
from engine.store.check import Check
from engine.store.connection import open_reader
from engine.store.rows import PLACES
from engine.store.store import FILE
from tests.damaged import fill, harm
from tests.stored import task

ONE = task(1).id

HARMS = {
    "a text": f"UPDATE record SET text = text || '.' WHERE id = {PLACES} + 3",
    "a time": f"UPDATE record SET at = at + 1 WHERE id = {PLACES} + 2",
    "a gap": f"DELETE FROM record WHERE id = {PLACES} + 4",
    "the end": f"DELETE FROM record WHERE id = {PLACES} + 9",
    "the head": "UPDATE standing SET head = zeroblob(32) WHERE no = 1",
    "the count": "UPDATE standing SET records = records + 1 WHERE no = 1",
    "the settings": "UPDATE task SET spec = (SELECT spec FROM task WHERE no = 2) WHERE no = 1",
}


def whole(folder: Path, one: TaskId) -> int:
    """Check a task to its end; return in how many slices."""
    checking, connection = Check(one), open_reader(folder / FILE)
    try:
        return next(number for number in itertools.count(1) if checking.some(connection))
    finally:
        connection.close()


async def test_a_sound_chain_holds_in_one_slice_or_in_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice that is over after every record leads to the same."""
    await fill(tmp_path)
    monkeypatch.setattr(check, "SLICE_S", float("inf"))
    assert whole(tmp_path, ONE) == 1
    monkeypatch.setattr(check, "SLICE_S", -1.0)
    assert whole(tmp_path, ONE) == 10


@pytest.mark.parametrize("slice_s", [float("inf"), -1.0])
@pytest.mark.parametrize("sql", HARMS.values(), ids=HARMS)
async def test_whatever_was_changed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, slice_s: float
) -> None:
    """By the task's name; the other tasks hold."""
    await fill(tmp_path)
    harm(tmp_path, sql)
    monkeypatch.setattr(check, "SLICE_S", slice_s)
    with pytest.raises(DroverError) as caught:
        whole(tmp_path, ONE)
    assert caught.value.code is ErrorCode.STORE_DAMAGED and ONE in caught.value.detail
    assert whole(tmp_path, task(2).id)


async def test_a_task_that_is_deleted_meanwhile_is_none(tmp_path: Path) -> None:
    """It is no damage."""
    await fill(tmp_path)
    harm(tmp_path, "UPDATE task SET deleted_at = 1 WHERE no = 1")
    with pytest.raises(DroverError) as caught:
        whole(tmp_path, ONE)
    assert caught.value.code is ErrorCode.UNKNOWN_TASK
