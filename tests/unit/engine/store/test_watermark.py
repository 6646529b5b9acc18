"""The file that says how far the database had come."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store import watermark
from engine.store.watermark import Watermark


def test_it_comes_back(tmp_path: Path) -> None:
    """As it was written, with nothing left beside it, for the person alone."""
    mark = Watermark(seq=12, hash=bytes(range(32)))
    watermark.write(tmp_path, Watermark(seq=1, hash=b"x"))
    watermark.write(tmp_path, mark)
    assert watermark.read(tmp_path) == mark
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"seq": "x"}', b"\xff\xfe"])
def test_one_that_cannot_be_read_is_none(tmp_path: Path, content: bytes | None) -> None:
    """It only ever adds a warning, so it never stops a start."""
    if content is not None:
        (tmp_path / watermark.NAME).write_bytes(content)
    assert watermark.read(tmp_path) is None
