"""What all commands take, and how each begins: folder, program, event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated

import typer

from app.cli.report import Exit
from app.paths import Paths
from engine.domain.context_policy import ContextPolicy

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything in this folder (DROVER_DATA_DIR).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line; the last one is the result.")]
TaskName = Annotated[str, typer.Argument(metavar="ID", help="A task's id, or how it begins.")]

Rows = Annotated[
    Path | None,
    typer.Option(
        "--import", help="A task for each row: CSV, TSV, JSONL, lines, a folder of text files, or - for stdin."
    ),
]
Template = Annotated[str, typer.Option(help="With --import: what to do, with columns as {{column}}; as --goal.")]
TemplateFile = Annotated[Path | None, typer.Option(help="File of it.")]
Encoding = Annotated[str, typer.Option(help="Of the file, where the one that is found is wrong: cp1252, utf-16, …")]
Delimiter = Annotated[str, typer.Option(help="Between cells, where the one that is found is wrong; tab or none, too.")]
Header = Annotated[bool | None, typer.Option("--header/--no-header", help="Whether the first row has names.")]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave rows with problems out, instead of creating nothing.")]
Paused = Annotated[bool, typer.Option("--paused", help="With --import: create the tasks paused, and end.")]

Times = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LEVEL=SECONDS",
        help="A time limit: connect, first_token, silence, attempt, step, window or task; may be repeated.",
    ),
]
Policy = Annotated[
    ContextPolicy | None,
    typer.Option("--context-policy", help="What of the steps before a prompt repeats: all, the last ones, a summary."),
]
WindowSteps = Annotated[int | None, typer.Option(help="With window: exchanges in a prompt at most (10).")]
SummaryShare = Annotated[
    float | None, typer.Option(help="With summary: how full the model's context gets before it is summed up (0.7).")
]
SummaryModel = Annotated[str, typer.Option(help="With summary: PROVIDER/MODEL that sums up; else the task's own.")]

Deadline = Annotated[
    str, typer.Option("--deadline", help="By when the whole batch shall be done: 90m, 8h, 2d, 07:00, 2026-12-01 07:00.")
]


def paths_of(data_dir: Path | None) -> Paths:
    """Return where everything is."""
    return Paths.from_environment(os.environ, data_dir)


def program_of(data_dir: Path | None):  # noqa: ANN201 - typed where it is imported: listing tasks loads no provider
    """Return the program with the person's settings, its log begun."""
    from app import log  # noqa: PLC0415
    from app.composition import Program  # noqa: PLC0415
    from app.crash import CrashReports  # noqa: PLC0415
    from app.limits import raise_open_files  # noqa: PLC0415

    program = Program.load(paths_of(data_dir))
    raise_open_files()
    try:
        log.start(program.paths.state, program.redactor)
        CrashReports(program.paths.state, program.redactor).install()  # a traceback on stderr would be as it is
    except OSError as error:
        typer.echo(f"no log: {error}", err=True)
    return program


def wait(work: Callable[[], Coroutine[object, object, Exit]]) -> Exit:
    """Run a command on an event loop of its own."""
    return asyncio.run(work())
