"""Text to rows: cells, JSON lines or plain lines; what is wrong with a row is noted and the next one is read.

Generators, so that whoever reads does it in slices. Hostile text stays text: nothing of a cell is looked at but its
size.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from engine.domain.errors import ErrorCode
from engine.domain.sheet import Row, RowProblem
from engine.domain.validate import MAX_TEXT
from engine.results.imports import dialect

T = TypeVar("T")
Parsed = Row | RowProblem

WIDEST = 1000
"""Columns at most."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def cells(text: str, between: str) -> Iterator[Parsed]:
    """Yield the records of a text as they come; empty lines are none, but count."""
    csv.field_size_limit(MAX_TEXT)
    rows, number = dialect.reader(text, between), 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowProblem(row=number, code=_wrong(error))
            continue
        if row:
            yield _row(number, row)


def of_width(records: Iterable[Parsed], width: int) -> Iterator[Parsed]:
    """Yield records that have a cell for each column; cells beyond them may be there if they are empty."""
    for record in records:
        if isinstance(record, RowProblem):
            yield record
        elif len(record.cells) < width or any(record.cells[width:]):
            yield RowProblem(row=record.number, code=ErrorCode.ROW_CELLS, detail=f"{len(record.cells)}/{width}")
        elif not any(cell.strip() for cell in record.cells):
            yield RowProblem(row=record.number, code=ErrorCode.ROW_EMPTY)
        else:
            yield Row(number=record.number, cells=record.cells[:width]) if len(record.cells) > width else record


def lines(text: str) -> Iterator[Parsed]:
    """Yield lines as rows of one cell; empty ones are none."""
    for number, line in _lines(text):
        if len(line) > MAX_TEXT:
            yield RowProblem(row=number, code=ErrorCode.TEXT_TOO_LONG)
        else:
            yield Row(number=number, cells=(line,))


def objects(text: str) -> Iterator[RowProblem | tuple[int, dict[str, str]]]:
    """Yield what each line of JSON has, by name: text as it is, anything else as JSON."""
    for number, line in _lines(text):
        try:
            found = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            yield RowProblem(row=number, code=ErrorCode.ROW_JSON)
        else:
            yield _object(number, {"text": found} if isinstance(found, str) else found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines that say something; only CR and LF end one, since JSON may hold other ends raw."""
    for number, found in enumerate(_LINE.finditer(text), 1):
        if line := found[0].strip():
            yield number, line


def _object(number: int, found: object) -> RowProblem | tuple[int, dict[str, str]]:
    if not isinstance(found, dict):
        return RowProblem(row=number, code=ErrorCode.ROW_JSON)
    values = {name: _text(value) for name, value in msgspec.convert(found, dict[str, object]).items()}
    if len(values) > WIDEST or any(len(value) > MAX_TEXT for value in values.values()):
        return RowProblem(row=number, code=ErrorCode.TEXT_TOO_LONG)
    if not any(value.strip() for value in values.values()):
        return RowProblem(row=number, code=ErrorCode.ROW_EMPTY)
    return number, values


def _row(number: int, row: list[str]) -> Parsed:
    if len(row) > WIDEST:
        return RowProblem(row=number, code=ErrorCode.ROW_CELLS, detail=str(len(row)))
    return Row(number=number, cells=tuple(row))


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _wrong(error: csv.Error) -> ErrorCode:
    return ErrorCode.TEXT_TOO_LONG if "field larger" in str(error) else ErrorCode.ROW_QUOTE
