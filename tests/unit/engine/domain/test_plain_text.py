"""Hostile text becomes one harmless line; ordinary text stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.plain_text import one_line


@pytest.mark.parametrize(
    "text", ["", "Compare locks", "Größe, 大きさ", "مرحبا", "👩\u200d👩\u200d👧 family", "<b>x</b>"]
)
def test_ordinary_text_stays(text: str) -> None:
    """Other scripts, markup that is only words, and the joiners inside pictures among them."""
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\nb\r\nc\td", "a b c d"),
        ("\x1b[2Jclear", "[2Jclear"),
        ("\x9b31mred", "31mred"),
        ("a\x00b\x7f", "a b"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\u2066b\u2069c\u2028d\u2029e\u0085f", "abc d e f"),
        ("\ufeffa\ud800b", "a\ufffdb"),
    ],
)
def test_what_moves_or_turns_goes(hostile: str, shown: str) -> None:
    """Controls, line ends, overrides of the direction, halves of characters."""
    assert one_line(hostile) == shown


@given(st.text(st.characters(exclude_categories=())))
def test_any_text(text: str) -> None:
    """It is one line, can be written, and is not changed again."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.encode() or not line
    assert one_line(line) == line
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in line)
