"""Cells of CSV that a spreadsheet takes for text, whatever a title, a model's name or a server's words begin with.

A spreadsheet runs a cell that begins as a formula: it can start programs and send other cells away. Quotes do not help,
since they are gone when it looks. An apostrophe before it does, and shows in no spreadsheet. Source: OWASP, "CSV
Injection". Numbers are written by us and stay numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from engine.domain.plain_text import one_line

STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula, in full width too; tab and line end, which do as well, are blanks by then."""

Cell = str | int | Decimal | None


def line(cells: Iterable[Cell]) -> str:
    """Return a line of CSV with its end: text escaped and quoted, numbers as they are, nothing for None."""
    return ",".join(map(_cell, cells)) + "\r\n"


def text(hostile: str) -> str:
    """Return text on one line that begins no formula."""
    shown = one_line(hostile)
    return f"'{shown}" if shown.startswith(STARTS) else shown


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return '"' + text(value).replace('"', '""') + '"'
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
