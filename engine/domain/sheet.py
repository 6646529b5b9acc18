"""Rows that tasks can be made of: what was read from a file, a folder or the clipboard, and what is wrong with it.

Rows are numbered as a spreadsheet shows them: the row of names, where there is one, is the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.errors import ErrorCode


class Form(StrEnum):
    """How a source holds its rows."""

    CELLS = "cells"
    """CSV, TSV and their kin: cells with a delimiter between them."""
    JSONL = "jsonl"
    """A JSON object a line."""
    LINES = "lines"
    """A row a line, with one cell."""
    FOLDER = "folder"
    """A row a text file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: as the source calls it, and as templates do."""

    title: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: a cell for each column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """What is wrong with a row; `detail` are figures or names, hostile text."""

    row: int
    code: ErrorCode
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a person says of a source; None is to be found."""

    form: Form | None = None
    encoding: str | None = None
    """One of `ENCODINGS`."""
    delimiter: str | None = None
    header: bool | None = None
    """Whether the first row has the columns' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What was read. Rows with a problem are not among `rows`."""

    source: str
    """Name of the file or folder; empty for pasted text."""
    form: Form
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...] = ()
    encoding: str = ""
    """How the bytes were read; empty where there were none."""
    delimiter: str = ""
    """What stands between cells; empty for one column."""
    header: bool = False

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns' titles, no two the same."""
        found: dict[str, None] = {}
        for column in self.columns:
            found[column.name if column.title in found else column.title] = None
        return tuple(found)

    def values(self, row: Row) -> Mapping[str, str]:
        """Return a row's cells by the names that templates use."""
        return dict(zip((column.name for column in self.columns), row.cells, strict=True))


ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "latin-1", "shift_jis", "gb18030")
"""What a person can choose; the first three are found."""
