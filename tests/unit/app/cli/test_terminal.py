"""Hostile text on a terminal, and the same for programs."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.report import Output
from app.cli.terminal import block, json_line

HOSTILE = "a\x1b]52;c;cHduZWQ=\x07\x1b[2J\x9b31m\u202eb\u2028c\x00\rd\te\nf"


def test_a_terminal_is_told_nothing_but_text() -> None:
    """No title, clipboard, colour, cursor or direction is set; lines and tabs stay."""
    shown = block(HOSTILE)
    assert all(c.isprintable() or c in "\n\t" for c in shown)
    assert shown.endswith("d\te\nf")
    assert block("one\r\ntwo") == "one\ntwo"


def test_everything_that_is_said_goes_that_way(capsys: pytest.CaptureFixture[str]) -> None:
    """Results, notes and objects."""
    Output(json=False).emit("result", HOSTILE)
    Output(json=False).note(HOSTILE)
    Output(json=True).emit("result", fields={"text": HOSTILE})
    told = capsys.readouterr()
    assert all(c.isprintable() or c in "\n\t" for c in told.out + told.err)
    assert json.loads(told.out.splitlines()[-1])["text"] == HOSTILE


@given(st.text())
def test_a_program_reads_the_same_value(text: str) -> None:
    """Escapes change how it is written, not what it is."""
    assert json.loads(json_line(msgspec.json.encode({text: text}))) == {text: text}
