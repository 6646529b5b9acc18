"""Folders: where they are, and that nobody else can look into them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.paths import Paths, private, private_file


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_one_variable_moves_all_of_it(tmp_path: Path) -> None:
    """With DROVER_DATA_DIR nothing lies outside that folder."""
    paths = Paths.from_environment({"DROVER_DATA_DIR": str(tmp_path)})
    for each in (paths.data, paths.config, paths.state, paths.results, paths.settings_file, paths.lock_file):
        assert each.is_relative_to(tmp_path)
    assert len({paths.data, paths.config, paths.state, paths.results}) == 4


def test_an_override_wins(tmp_path: Path) -> None:
    """A folder given on the command line comes before the variable."""
    paths = Paths.from_environment({"DROVER_DATA_DIR": "/elsewhere"}, tmp_path / "given")
    assert paths.data == tmp_path / "given" / "data"


def test_a_relative_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder stays the same when the process changes its directory later."""
    monkeypatch.chdir(tmp_path)
    paths = Paths.from_environment({"DROVER_DATA_DIR": "here"})
    assert paths.data == tmp_path / "here" / "data"


def test_the_systems_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the variable, and with it empty, folders are the system's own, answers among the documents."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "Papers"))
    paths = Paths.from_environment({"DROVER_DATA_DIR": ""})
    assert paths.data == tmp_path / "share" / "drover"
    assert paths.results == tmp_path / "Papers" / "Drover"


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    """Only what is put into a folder makes it."""
    Paths.under(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_private_folders(tmp_path: Path) -> None:
    """Every folder that is made on the way is its person's alone, whatever the umask."""
    before = os.umask(0)
    try:
        private(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    assert [mode(tmp_path / each) for each in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_an_open_folder_is_closed_and_those_above_are_left(tmp_path: Path) -> None:
    """A folder of ours that others could read is closed; the person's own above it is not touched."""
    above = tmp_path / "above"
    (above / "ours").mkdir(parents=True)
    above.chmod(0o755)
    (above / "ours").chmod(0o755)
    private(above / "ours")
    assert (mode(above), mode(above / "ours")) == (0o755, 0o700)


def test_private_files(tmp_path: Path) -> None:
    """A file is its person's alone from its first moment."""
    before = os.umask(0)
    try:
        with open(tmp_path / "file", "w", opener=private_file):
            assert mode(tmp_path / "file") == 0o600
    finally:
        os.umask(before)
