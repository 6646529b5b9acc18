"""The commands that look after the saved data: whether it is sound, repairing it, copies of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import DataDir, Json, paths_of, program_of, wait
from app.cli.report import Output

care = typer.Typer()

Repair = Annotated[bool, typer.Option("--repair", help="Repair what is damaged, after a copy of it.")]
Copy = Annotated[Path, typer.Argument(metavar="FILE", help="File to write; one of that name is replaced.")]


@care.command()
def verify(repair: Repair = False, data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """Say whether the saved data is sound, what is not and what repairing it would cost; works beside a window."""
    from app.cli.verifying import repair_all, verify_all  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    paths = program_of(data_dir).paths if repair else paths_of(data_dir)  # a repair is told in the log, too
    moved = f' --data-dir "{data_dir}"' if data_dir else ""
    output.guarded(
        lambda: wait(lambda: repair_all(paths, output) if repair else verify_all(paths, output, moved=moved))
    )


@care.command()
def backup(file: Copy, data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """Copy all saved data into one file; works beside a window, while tasks run."""
    from app.cli.keeping import back_up_all  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    output.guarded(lambda: wait(lambda: back_up_all(paths_of(data_dir), file, output)))
