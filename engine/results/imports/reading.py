"""Reads a source: by aiofiles in blocks, decoded and parsed in slices, within caps. What is found is told with it."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import aiofiles

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.sheet import Form, Hints, Sheet
from engine.domain.slices import in_slices
from engine.results.imports import dialect, encoding, parsing
from engine.results.imports.folder import MOST_BYTES, read_folder
from engine.results.imports.laying import laid_out, objects_laid_out

BLOCK = 256 * 1024
NO_HINTS = Hints()

JSON_ENDINGS = frozenset({".jsonl", ".ndjson"})
CELL_ENDINGS = frozenset({".csv", ".tsv", ".tab"})
LINE_ENDINGS = frozenset({"", ".txt", ".md"})


async def read_path(path: Path, hints: Hints = NO_HINTS) -> Sheet:
    """Read a file, or the text files of a folder; raises `DroverError` where there is nothing to make tasks of."""
    try:
        if await asyncio.to_thread(path.is_dir):
            return await read_folder(path)
        blocks = await _blocks(path)
    except OSError as error:
        raise DroverError(ErrorCode.FILE_UNREADABLE, error.strerror or str(error)) from error
    return replace(await read_blocks(blocks, hints, ending=path.suffix.lower()), source=path.name)


async def read_blocks(blocks: Sequence[bytes], hints: Hints = NO_HINTS, *, ending: str = "") -> Sheet:
    """Read what a file has, or a pipe; raises NOT_TEXT, NO_ROWS, IMPORT_TOO_LARGE."""
    read_as = hints.encoding or encoding.found(blocks)
    sheet = await read_text(await _decoded(blocks, read_as), hints, ending=ending)
    return replace(sheet, encoding=encoding.shown(read_as))


async def read_text(text: str, hints: Hints = NO_HINTS, *, ending: str = "") -> Sheet:
    """Read text that was pasted, or what a file with this ending has; raises NO_ROWS, IMPORT_TOO_LARGE."""
    if said := dialect.said(text):
        text = text.split("\n", 1)[-1]
    between = hints.delimiter if hints.delimiter is not None else said or dialect.delimiter(text)
    said_cells = Form.CELLS if hints.delimiter is not None else None
    match hints.form or said_cells or _form(text, ending, between):
        case Form.JSONL:
            sheet = await objects_laid_out(parsing.objects(text))
        case Form.LINES:
            sheet = await laid_out(parsing.lines(text), Form.LINES)
        case _:
            sheet = await laid_out(parsing.cells(text, between), Form.CELLS, between, header=hints.header)
    if not sheet.rows and not sheet.problems:
        raise DroverError(ErrorCode.NO_ROWS)
    return sheet


def _form(text: str, ending: str, between: str) -> Form:
    """Return how text holds its rows, by its ending where that says so, else by how it begins."""
    if ending in JSON_ENDINGS or (ending not in CELL_ENDINGS and text.lstrip()[:1] == "{"):
        return Form.JSONL
    if ending in CELL_ENDINGS or between == "\t":
        return Form.CELLS
    return Form.LINES if ending in LINE_ENDINGS or not between else Form.CELLS


async def _blocks(file: Path) -> list[bytes]:
    if not await asyncio.to_thread(file.is_file):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    blocks: list[bytes] = []
    size = 0
    async with aiofiles.open(file, "rb") as opened:
        while block := await opened.read(BLOCK):
            blocks.append(block)
            size += len(block)
            if size > MOST_BYTES:
                raise DroverError(ErrorCode.IMPORT_TOO_LARGE)
    return blocks


async def _decoded(blocks: Sequence[bytes], name: str) -> str:
    """Return the text of blocks; raises NOT_TEXT where the encoding has no such bytes."""
    decoder, parts = encoding.decoder(name), list[str]()
    try:
        async for block in in_slices(blocks, 2):
            parts.append(decoder.decode(block))
        parts.append(decoder.decode(b"", final=True))
    except UnicodeError as error:
        raise DroverError(ErrorCode.NOT_TEXT, name) from error
    return "".join(parts).removeprefix("\ufeff")
