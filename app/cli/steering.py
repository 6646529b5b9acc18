"""The commands by which a person speaks into a task: an instruction, and the word on a reply that waits for one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import DataDir, Json, TaskName, paths_of, program_of, wait
from app.cli.report import Exit, Output

steering = typer.Typer()

Words = Annotated[str, typer.Argument(metavar="TEXT", help="What the next request says in your words.")]
Approve = Annotated[bool, typer.Option("--approve", help="Go on from the reply.")]
Edit = Annotated[Path | None, typer.Option(help="Go on with the text of this file in its place.")]
Reject = Annotated[str, typer.Option(metavar="INSTRUCTION", help="Have the step made again, and say how.")]
Attempt = Annotated[str, typer.Option(help="Only if the reply is this attempt's: its id, or how it begins.")]


@steering.command()
def instruct(task: TaskName, text: Words, data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """Tell a task something for its next step; later steps remember it."""
    from app.cli.reviewing import tell  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    output.guarded(lambda: wait(lambda: tell(program_of(data_dir), task, text, output)))


@steering.command()
def review(  # noqa: PLR0917 - typer passes options by name
    task: TaskName,
    approve: Approve = False,  # noqa: FBT002
    edit: Edit = None,
    reject: Reject = "",
    attempt: Attempt = "",
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Show the reply that waits for you (beside a running window, too), or decide on it and run the task on."""
    from app.cli.reviewing import Decision, decide, show  # noqa: PLC0415 - see `program_of`

    output, decision = Output(json), Decision(approve=approve, edit=edit, reject=reject, attempt=attempt)

    async def act() -> Exit:
        if decision.made:
            return await decide(program_of(data_dir), task, decision, output)
        return await show(paths_of(data_dir), task, output)

    output.guarded(lambda: wait(act))
