"""The count of type-checker ignores that `make check` prints and limits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.ignores import LIMIT, ignores, main, tracked


def test_counts_comments_and_not_strings(tmp_path: Path) -> None:
    """A comment that silences the checker is found with its line; the same words in a string are not."""
    source = tmp_path / "source.py"
    source.write_text('a = "# type: ignore"\nb = c  # type: ignore[name-defined]\nd = e  # pyright: ignore\n')
    assert list(ignores([source])) == [
        f"{source}:2: # type: ignore[name-defined]",
        f"{source}:3: # pyright: ignore",
    ]


def test_reads_what_git_would_add(tmp_path: Path) -> None:
    """A new file counts before it is committed, an ignored one never does."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("made.py\n")
    for name in ("new.py", "made.py", "notes.txt"):
        (tmp_path / name).touch()
    assert list(tracked(tmp_path)) == [tmp_path / "new.py"]


@pytest.mark.parametrize(("count", "status"), [(LIMIT, 0), (LIMIT + 1, 1)])
def test_fails_above_the_limit(
    count: int, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The limit itself passes, one more does not, and the last line says the number."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "source.py").write_text("a = b  # type: ignore\n" * count)
    monkeypatch.chdir(tmp_path)
    assert main() == status
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{count} ignores")
