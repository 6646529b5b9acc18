"""Tasks that the next start looks at closely: none is forgotten, and doubt about the list is doubt about all."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.ids import TaskId
from engine.store.suspects import NAME, read_suspects, write_suspects

A, B = TaskId("a"), TaskId("b")


def test_suspects_are_added_to_those_before(tmp_path: Path) -> None:
    """Each once."""
    assert read_suspects(tmp_path) == ()
    write_suspects(tmp_path, [B])
    write_suspects(tmp_path, [A, B])
    assert read_suspects(tmp_path) == (A, B)


@pytest.mark.parametrize("content", [b"", b"[", b"{}", b"[1]"])
def test_a_list_that_cannot_be_read_makes_everything_suspect(tmp_path: Path, content: bytes) -> None:
    """It is there, so something was damaged; what is added later does not hide that."""
    (tmp_path / NAME).write_bytes(content)
    assert read_suspects(tmp_path) == ("",)
    write_suspects(tmp_path, [A])
    assert read_suspects(tmp_path) == ("", A)


def test_what_cannot_be_remembered_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The next check finds it again; it is told in the log."""
    write_suspects(tmp_path / "gone", [A])
    assert "could not be remembered" in caplog.text
