"""Cells that a spreadsheet might run."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.results.csv_cells import STARTS, line, text


@pytest.mark.parametrize(
    "hostile",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r\n=1",
        "  =1",
        "\u202e=1",
        "\ufeff=1",
        "\x00=1",
        "＝1",  # noqa: RUF001 - the full width is the point
    ],
)
def test_a_formula_becomes_text(hostile: str) -> None:
    """An apostrophe stands before it, also where something unseen did."""
    assert text(hostile).startswith("'")
    (cells,) = csv.reader(io.StringIO(line([hostile])))
    assert cells[0].startswith("'")


@given(st.text())
def test_any_text_is_one_cell_that_begins_no_formula(hostile: str) -> None:
    """Quotes, commas and line ends stay inside their cell; a surrogate can be written."""
    written = line(["a", hostile, "b"])
    written.encode()
    ((first, cell, last),) = csv.reader(io.StringIO(written))
    assert (first, last) == ("a", "b")
    assert not cell.startswith((*STARTS, "\t", "\r", "\n"))


def test_numbers_stay_numbers() -> None:
    """A negative amount is no formula; money has no exponent; what is not known is empty."""
    assert line([-5, Decimal("-0.000000000001"), Decimal(0), None, "x"]) == '-5,-0.000000000001,0,,"x"\r\n'
