"""What `drover run --import` makes tasks of: a source as given, read and planned before anything is created."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import resources
from app.cli.asked import Asked
from app.cli.report import Output, say, wrong
from app.cli.shown import safe
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.sheet import ENCODINGS, Hints, RowProblem, Sheet
from engine.domain.task import RecipeName
from engine.results.imports.folder import MOST_BYTES
from engine.results.imports.planning import Layout, Plan, plan
from engine.results.imports.reading import BLOCK, read_blocks, read_path

STDIN = Path("-")
UNKNOWN = "unknown yet"
"""Stands for provider and model while rows are looked at: bad input is told before a key or a network is needed."""
DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "none": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was given for it."""

    file: Path
    """A file, a folder, or `-` for lines on standard input."""
    template: str = ""
    template_file: Path | None = None
    encoding: str = ""
    delimiter: str = ""
    header: bool | None = None
    skip_bad: bool = False
    paused: bool = False

    def asked(self, asked: Asked) -> Asked:
        """Return what was asked with its texts as templates; the batch is called after the file.

        Raises `CommandError` where the template was given twice: one of them would be left out in silence.
        """
        if sum(map(bool, (asked.goal, self.template, self.template_file))) > 1:
            raise wrong("template_twice")
        goal = asked.goal or self.template or (_text(self.template_file) if self.template_file else "")
        name = "" if self.file == STDIN else self.file.resolve().stem
        return replace(asked, goal=goal, batch=asked.batch or safe(name) or say("batch_of_lines"))

    def hints(self) -> Hints:
        """Return what the person says of it; raises `CommandError`."""
        if self.encoding and self.encoding.lower() not in ENCODINGS:
            raise wrong("bad_encoding", names=", ".join(ENCODINGS))
        between = DELIMITERS.get(self.delimiter, self.delimiter) if self.delimiter else None
        if between is not None and len(between) > 1:
            raise wrong("bad_delimiter")
        return Hints(encoding=self.encoding.lower() or None, delimiter=between, header=self.header)

    async def read(self) -> Sheet:
        """Read it; raises `CommandError`, `DroverError`."""
        hints = self.hints()
        try:
            if self.file == STDIN:
                return await read_blocks(await asyncio.to_thread(_piped), hints)
            return await read_path(self.file, hints)
        except DroverError as error:
            words = resources.text("errors")[error.code]
            raise wrong("not_imported", file=safe(str(self.file)), problem=words) from error


async def planned(source: Source, asked: Asked, output: Output) -> Plan:
    """Return what would be created; raises `CommandError` after all problems were told, where one stands in the way."""
    sheet = await source.read()
    base = asked.spec(UNKNOWN, UNKNOWN)
    pipeline = base.recipe is RecipeName.PIPELINE
    layout = Layout(base=base, goal="" if pipeline else base.goal, prompts=base.prompts, title=base.title)
    made = await plan(sheet, layout)
    _tell_found(sheet, output)
    if made.templates:
        told = [f"{problem.field}: {_words(problem.code, problem.detail)}" for problem in made.templates]
        columns = ", ".join(column.name for column in sheet.columns)
        raise wrong("bad_template", problems=" ".join(map(safe, told)), columns=safe(columns))
    for problem in made.problems:
        _tell_problem(problem, output)
    if made.problems and not source.skip_bad:
        raise wrong("bad_rows", count=f"{len(made.problems):,}", good=f"{len(made.tasks):,}")
    if not made.tasks:
        raise wrong("no_good_rows")
    return made


def _piped() -> list[bytes]:
    """Return what comes on standard input, as bytes: its encoding is found, or said, as a file's is."""
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise DroverError(ErrorCode.IMPORT_TOO_LARGE)
    return [data[start : start + BLOCK] for start in range(0, len(data), BLOCK)]


def _tell_found(sheet: Sheet, output: Output) -> None:
    fields = {
        "source": sheet.source,
        "form": str(sheet.form),
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "header": sheet.header,
        "columns": [column.name for column in sheet.columns],
        "rows": len(sheet.rows),
        "problems": len(sheet.problems),
    }
    output.emit("import", fields=fields)
    form = sheet.form if sheet.delimiter == "" else f"{sheet.form} “{sheet.delimiter}”".replace("\t", "tab")
    columns = safe(", ".join(column.name for column in sheet.columns))
    output.note(say("found", rows=f"{len(sheet.rows):,}", form=form, encoding=sheet.encoding, columns=columns))


def _tell_problem(problem: RowProblem, output: Output) -> None:
    told = _words(problem.code, problem.detail)
    fields = {"row": problem.row, "code": str(problem.code), "detail": problem.detail, "message": told}
    output.emit("problem", fields=fields)
    output.note(say("bad_row", row=f"{problem.row:,}", problem=safe(told)))


def _words(code: str, detail: str) -> str:
    words = resources.text("errors")[code]
    return f"{words} ({detail})" if detail else words


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else say("pipeline_text")
        raise wrong("template_file", file=safe(str(file)), problem=told) from error
