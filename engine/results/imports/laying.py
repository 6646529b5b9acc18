"""Records below their columns: which row has the names, which rows fit, in slices and within a cap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.sheet import Column, Form, Row, RowProblem, Sheet
from engine.domain.slices import in_slices
from engine.results.imports import dialect, parsing
from engine.results.imports.columns import named, numbered
from engine.results.imports.parsing import Parsed

MOST_ROWS = 100_000


async def laid_out(records: Iterator[Parsed], form: Form, between: str = "", *, header: bool | None = None) -> Sheet:
    """Return records as a sheet; `header` None is to be found. Raises IMPORT_TOO_LARGE."""
    ahead = [record async for record in in_slices(_until_two_rows(records))]
    first = next((record for record in ahead if isinstance(record, Row)), None)
    if first is None:
        return sheet(form, (), ahead)
    has_names = dialect.has_names(first.cells, len(ahead)) if header is None else header
    has_names = has_names and form is Form.CELLS
    columns = named(first.cells) if has_names else _unnamed(form, len(first.cells))
    rest = [record for record in ahead if not (has_names and record is first)]
    fitting = [record async for record in in_slices(_capped(parsing.of_width(chain(rest, records), len(columns))))]
    return sheet(form, columns, fitting, between=between, header=has_names)


async def objects_laid_out(records: Iterable[RowProblem | tuple[int, dict[str, str]]]) -> Sheet:
    """Return objects as a sheet: a column for every name that any of them has, in order of appearance."""
    names: dict[str, None] = {}
    found, problems = list[tuple[int, dict[str, str]]](), list[Parsed]()
    async for record in in_slices(_capped(records)):
        if isinstance(record, RowProblem):
            problems.append(record)
            continue
        names.update(dict.fromkeys(record[1]))
        found.append(record)
        if len(names) > parsing.WIDEST:
            raise DroverError(ErrorCode.IMPORT_TOO_LARGE)
    rows = [
        Row(number=number, cells=tuple(values.get(name, "") for name in names))
        async for number, values in in_slices(found)
    ]
    return sheet(Form.JSONL, named(tuple(names)), [*rows, *problems], header=True)


def sheet(
    form: Form,
    columns: tuple[Column, ...],
    records: Iterable[Parsed],
    *,
    source: str = "",
    between: str = "",
    header: bool = False,
) -> Sheet:
    """Return a sheet of rows and of what is wrong with those that are none."""
    rows, problems = list[Row](), list[RowProblem]()
    for record in records:
        if isinstance(record, Row):
            rows.append(record)
        else:
            problems.append(record)
    return Sheet(
        source=source,
        form=form,
        columns=columns,
        rows=tuple(rows),
        problems=tuple(problems),
        delimiter=between,
        header=header,
    )


def _until_two_rows(records: Iterator[Parsed]) -> Iterator[Parsed]:
    """Yield records up to the second row: whether the first has names depends on there being one."""
    rows = 0
    for number, record in enumerate(records):
        yield record
        rows += isinstance(record, Row)
        if rows == 2 or number == MOST_ROWS:
            return


def _unnamed(form: Form, width: int) -> tuple[Column, ...]:
    return named(["line"]) if form is Form.LINES else numbered(width)


def _capped(records: Iterable[parsing.T]) -> Iterator[parsing.T]:
    for number, record in enumerate(records):
        if number > MOST_ROWS:
            raise DroverError(ErrorCode.IMPORT_TOO_LARGE)
        yield record
