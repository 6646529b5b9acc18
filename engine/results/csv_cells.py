"""Cells of CSV that a spreadsheet takes for text, whatever a title, a model's name or a server's words begin with.

A spreadsheet runs a cell that begins as a formula: it can start programs and send other cells away. Quotes do not help,
since they are gone when it looks. An apostrophe before it does, and shows in no spreadsheet. Source: OWASP, "CSV
Injection". Numbers are written by us and stay numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from engine.domain.plain_text import one_line

STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula, in full width too; tab and line end, which do as well, are blanks by then."""

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""Controls but for tab and line end, marks of direction, halves of characters."""

Cell = str | int | Decimal | None


def line(cells: Iterable[Cell]) -> str:
    """Return a line of CSV with its end: text escaped and quoted, numbers as they are, nothing for None."""
    return ",".join(map(_cell, cells)) + "\r\n"


class Paragraphs(str):
    """Text that keeps its lines in a cell: an answer."""

    __slots__ = ()


def text(hostile: str) -> str:
    """Return text on one line that begins no formula."""
    shown = one_line(hostile)
    return f"'{shown}" if shown.startswith(STARTS) else shown


def paragraphs(hostile: str) -> str:
    """Return text on its lines that begins no formula: what is unseen before one is no way round."""
    shown = _UNSEEN.sub("", hostile.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return f"'{shown}" if shown.startswith(STARTS) else shown


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Paragraphs):
        return '"' + paragraphs(value).replace('"', '""') + '"'
    if isinstance(value, str):
        return '"' + text(value).replace('"', '""') + '"'
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
