"""The commands on what is over already: attempts and what they cost, checkpoints and what goes on from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import DataDir, Json, TaskName, paths_of, program_of, wait
from app.cli.report import Output

history = typer.Typer()

AttemptName = Annotated[str, typer.Argument(metavar="ATTEMPT", help="As `show` names it, or how its id begins.")]
Step = Annotated[int, typer.Argument(metavar="STEP", help="Steps done at the checkpoint.")]
Amount = Annotated[
    str, typer.Argument(metavar="AMOUNT", help="Dollars, or: spent (as it is counted), not-billed, ask (the provider).")
]


@history.command()
def correct(task: TaskName, attempt: AttemptName, amount: Amount, data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """Say what an attempt cost, or ask its provider: that counts from now on, in every budget."""
    from app.cli.correcting import correct as correct_attempt  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    output.guarded(lambda: wait(lambda: correct_attempt(program_of(data_dir), (task, attempt), amount, output)))


@history.command()
def checkpoints(task: TaskName, data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """List the points a task can be restored to or forked from; works beside a running window."""
    from app.cli.branching import list_checkpoints  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    output.guarded(lambda: wait(lambda: list_checkpoints(paths_of(data_dir), task, output)))


@history.command()
def restore(task: TaskName, step: Step, data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """Take a task at rest back to a checkpoint. Later steps are kept as superseded, and stay paid."""
    from app.cli.branching import restore as restore_task  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    output.guarded(lambda: wait(lambda: restore_task(program_of(data_dir), task, step, output)))


@history.command()
def fork(  # noqa: PLR0917 - typer passes options by name
    task: TaskName,
    step: Step,
    goal: Annotated[str, typer.Option(help="Another goal; the replies so far stay the context.")] = "",
    pipeline: Annotated[Path | None, typer.Option(help="Another file of prompts.")] = None,
    title: Annotated[str, typer.Option()] = "",
    provider: Annotated[str, typer.Option()] = "",
    model: Annotated[str, typer.Option()] = "",
    steps: Annotated[int | None, typer.Option(help="Steps at most, with those that are done.")] = None,
    budget: Annotated[str, typer.Option(help="Dollars at most, or none.")] = "",
    system: Annotated[str, typer.Option(help="Another system prompt.")] = "",
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Make a new task, paused, that goes on from another's checkpoint; what is not given stays as it was there."""
    from app.cli.branching import Forked, fork_task  # noqa: PLC0415 - see `program_of`

    forked = Forked(
        goal=goal,
        pipeline=pipeline,
        title=title,
        provider=provider,
        model=model,
        steps=steps,
        budget=budget,
        system=system,
    )
    output = Output(json)
    output.guarded(lambda: wait(lambda: fork_task(program_of(data_dir), (task, step), forked, output)))
