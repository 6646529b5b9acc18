"""A folder of text files as a sheet: a row a file, with its name and its text. Hidden files and links are left alone.

Files are opened on a thread, many in one hop: a hop a file costs ten times what reading it does.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.sheet import Form, Row, RowProblem, Sheet
from engine.domain.validate import MAX_TEXT
from engine.results.imports import encoding
from engine.results.imports.columns import named
from engine.results.imports.laying import MOST_ROWS, sheet
from engine.results.imports.parsing import Parsed

MOST_BYTES = 64 * 1024 * 1024
"""Of a file of rows, and of all files of a folder: ten thousand rows of six thousand characters."""
FILES_AT_ONCE = 64


async def read_folder(folder: Path) -> Sheet:
    """Read all files of a folder, below it too, by name; raises NO_ROWS, IMPORT_TOO_LARGE, OSError."""
    files = await asyncio.to_thread(_files, folder)
    records: list[Parsed] = []
    size = 0
    for start in range(0, len(files), FILES_AT_ONCE):
        some = files[start : start + FILES_AT_ONCE]
        for file, data in zip(some, await asyncio.to_thread(_contents, some), strict=True):
            records.append(_record(len(records) + 1, file.relative_to(folder).as_posix(), data))
            size += len(data) if isinstance(data, bytes) else 0
        if size > MOST_BYTES:
            raise DroverError(ErrorCode.IMPORT_TOO_LARGE)
    if not records:
        raise DroverError(ErrorCode.NO_ROWS)
    return sheet(Form.FOLDER, named(["file", "text"]), records, source=folder.name)


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for above, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(_seen(folders))
        paths = (Path(above) / name for name in sorted(_seen(names)))
        found += [path for path in paths if path.is_file() and not path.is_symlink()]
        if len(found) > MOST_ROWS:
            raise DroverError(ErrorCode.IMPORT_TOO_LARGE)
    return found


def _refuse(error: OSError) -> None:
    """A folder that cannot be read would be left out in silence."""
    raise error


def _seen(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not name.startswith("."))


def _contents(files: Iterable[Path]) -> list[bytes | ErrorCode]:
    return [_content(file) for file in files]


def _content(file: Path) -> bytes | ErrorCode:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_TEXT + 1)
    except OSError:
        return ErrorCode.FILE_UNREADABLE
    return ErrorCode.TEXT_TOO_LONG if len(data) > MAX_TEXT else data


def _record(number: int, name: str, data: bytes | ErrorCode) -> Parsed:
    """Return a file as a row, or what is wrong with it."""
    if isinstance(data, ErrorCode):
        return RowProblem(row=number, code=data, detail=name)
    try:
        text = data.decode(encoding.found([data])).removeprefix("\ufeff").strip()
    except (DroverError, UnicodeError):
        return RowProblem(row=number, code=ErrorCode.NOT_TEXT, detail=name)
    if not text:
        return RowProblem(row=number, code=ErrorCode.ROW_EMPTY, detail=name)
    return Row(number=number, cells=(name, text))
