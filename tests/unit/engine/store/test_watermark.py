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


def test_any_flipped_bit_in_it_is_its_own_damage(tmp_path: Path) -> None:
    """And never another number."""
    mark = Watermark(seq=95, record=12, hash=bytes(range(32)), at_ms=7)
    watermark.write(tmp_path, mark)
    content = (tmp_path / watermark.NAME).read_bytes()
    for bit in range(len(content) * 8):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        (tmp_path / watermark.NAME).write_bytes(changed)
        assert watermark.read(tmp_path) is None and watermark.is_damaged(tmp_path)


def test_one_of_an_older_version_is_read(tmp_path: Path) -> None:
    """It has no digest."""
    (tmp_path / watermark.NAME).write_bytes(b'{"seq":95,"record":12,"hash":"AAAA","at_ms":7}')
    assert watermark.read(tmp_path) == Watermark(seq=95, record=12, hash=bytes(3), at_ms=7)
    assert not watermark.is_damaged(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"seq": "x"}', b"\xff\xfe"])
def test_one_that_cannot_be_read_is_none(tmp_path: Path, content: bytes | None) -> None:
    """It only ever adds a warning, so it never stops a start; that it does not hold is known."""
    if content is not None:
        (tmp_path / watermark.NAME).write_bytes(content)
    assert watermark.read(tmp_path) is None
    assert watermark.is_damaged(tmp_path) == (content is not None)
