"""The commands on money that only look: where it went, and what models cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import DataDir, Json, program_of, wait
from app.cli.report import Output

money = typer.Typer()

Policies = Annotated[str, typer.Option(help="As if this policy had chosen: fixed, economy, balanced or quality.")]
Way = Annotated[str, typer.Option("--by", help="day, model, provider or batch.")]


@money.command()
def spend(by: Way = "day", data_dir: DataDir = None, json: Json = False) -> None:  # noqa: FBT002
    """Show where money went, what caches saved and what a completed task cost; works beside a running window."""
    from app.cli.spending import spend as show_spend  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    output.guarded(lambda: wait(lambda: show_spend(program_of(data_dir), by, output)))


@money.command()
def prices(
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="A part of provider/model; without it, those in use.")
    ] = "",
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Show what models cost per million tokens, kind by kind, and whose word that is; works beside a running window."""
    from app.cli.pricing import prices as show_prices  # noqa: PLC0415 - see `program_of`

    output = Output(json)
    output.guarded(lambda: wait(lambda: show_prices(program_of(data_dir), model, output)))


@money.command()
def whatif(  # noqa: PLR0917 - typer passes options by name
    task: Annotated[
        str, typer.Argument(metavar="[ID]", help="A task's id, or how it begins; everything without.")
    ] = "",
    batch: Annotated[str, typer.Option(help="Of a batch.")] = "",
    month: Annotated[str, typer.Option(help="Of a month, such as 2026-11.")] = "",
    policy: Policies = "",
    model: Annotated[str, typer.Option(help="As if PROVIDER/MODEL had made every step: what was saved.")] = "",
    prices: Annotated[Path | None, typer.Option(help="By the prices of this TOML file, where it has them.")] = None,
    data_dir: DataDir = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Compute what work that is done would have cost otherwise, and what was saved; works beside a running window."""
    from app.cli.supposing import Question  # noqa: PLC0415 - see `program_of`
    from app.cli.supposing import what_if as show_what_if  # noqa: PLC0415

    question = Question(task=task, batch=batch, month=month, policy=policy, model=model, prices=prices)
    output = Output(json)
    output.guarded(lambda: wait(lambda: show_what_if(program_of(data_dir), question, output)))
