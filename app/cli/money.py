"""The commands on money that only look: where it went, and what models cost."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import DataDir, Json, program_of, wait
from app.cli.report import Output

money = typer.Typer()

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
