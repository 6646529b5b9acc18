"""What comes on standard input is read as a file is."""

from __future__ import annotations

import io

import pytest

from app.cli import sources
from app.cli.report import CommandError
from app.cli.sources import STDIN, Source


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Let bytes come on a standard input that takes all for ASCII."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))


@pytest.mark.parametrize(
    ("data", "said", "taken"),
    [
        (b"f\xfcr\nalle\n", "", "cp1252"),
        ("f\u00fcr\nalle\n".encode(), "", "utf-8"),
        ("f\u00fcr\nalle\n".encode("utf-16"), "utf-16", "utf-16"),
    ],
)
async def test_a_pipe_s_encoding_is_found_or_said(
    monkeypatch: pytest.MonkeyPatch, data: bytes, said: str, taken: str
) -> None:
    """Whatever the terminal's is."""
    pipe(monkeypatch, data)
    sheet = await Source(file=STDIN, encoding=said).read()
    assert ([row.cells for row in sheet.rows], sheet.encoding) == ([("f\u00fcr",), ("alle",)], taken)


async def test_a_pipe_has_a_file_s_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than that is refused, not taken in."""
    monkeypatch.setattr(sources, "MOST_BYTES", 4)
    pipe(monkeypatch, b"a\nb\nc\n")
    with pytest.raises(CommandError):
        await Source(file=STDIN).read()
