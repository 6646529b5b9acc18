"""Copies of damaged files: whole, private, made once, and nothing is changed where they cannot be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.damage import Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.store.repair import quarantine as module
from engine.store.repair.quarantine import FOLDER, REPORT, quarantine, write_report

NOW = 1_795_521_600_000


def files(folder: Path) -> None:
    """Make what a store leaves."""
    for name in ("drover.db", "drover.db-wal", "watermark", "spool", "settings"):
        (folder / name).write_bytes(name.encode())


def test_the_store_s_files_are_copied_and_no_others(tmp_path: Path) -> None:
    """Database, log, watermark and spool; the shared memory file is SQLite's own."""
    files(tmp_path)
    target = quarantine(tmp_path, NOW)
    assert target.parent == tmp_path / FOLDER and target.name.startswith("2026-11-2")
    assert {file.name: file.read_bytes() for file in target.iterdir()} == {
        name: name.encode() for name in ("drover.db", "drover.db-wal", "watermark", "spool")
    }
    assert {file.stat().st_mode & 0o777 for file in target.iterdir()} == {0o600}


def test_the_same_files_are_copied_once_and_others_anew(tmp_path: Path) -> None:
    """A store that cannot be repaired does not fill the disk start by start."""
    files(tmp_path)
    first = quarantine(tmp_path, NOW)
    assert quarantine(tmp_path, NOW + 60_000) == first
    (tmp_path / "drover.db").write_bytes(b"other")
    second = quarantine(tmp_path, NOW)
    assert second != first and second.name.endswith("(2)")


def test_what_was_found_stands_beside_it(tmp_path: Path) -> None:
    """As JSON, for whoever helps."""
    files(tmp_path)
    target = quarantine(tmp_path, NOW)
    write_report(target, (Damage(task=TaskId("t"), title="x", place="record 3", quarantine=target),))
    assert '"place": "record 3"' in (target / REPORT).read_text()


def test_where_no_copy_can_be_made_it_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is not a broken one."""
    files(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_copy", full)
    with pytest.raises(DroverError) as raised:
        quarantine(tmp_path, NOW)
    assert raised.value.code is ErrorCode.DISK_FULL
