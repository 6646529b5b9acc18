"""`drover prices`: what models cost, kind by kind, and whose word that is."""

from __future__ import annotations

from collections.abc import Mapping

from app.cli.looking import reader_of
from app.cli.report import Exit, Output, say
from app.cli.shown import safe
from app.composition import Program
from app.price_rows import PriceRow, figures, price_rows
from engine.cost.port import PriceOrigin, Quote
from engine.cost.price_list import Key
from engine.domain.errors import DroverError, ErrorCode

ORIGINS: Mapping[PriceOrigin, str] = {
    PriceOrigin.OWN: "origin_own",
    PriceOrigin.FREE: "origin_free",
    PriceOrigin.DROVER: "origin_drover",
    PriceOrigin.PUBLIC: "origin_public",
    PriceOrigin.SIMULATOR: "origin_simulator",
}
"""Whose word a price is."""


async def prices(program: Program, model: str, output: Output) -> Exit:
    """Show the models in use, or those whose name has a text; works beside a running window."""
    rows = price_rows(program.prices, await _used(program), model)
    for row in rows:
        output.emit("price", _line(row), _fields(row))
    output.emit("result", fields={"count": len(rows), "unit": "US dollars per million tokens"})
    if not rows:
        output.note(say("no_prices", name=safe(model)) if model else say("no_models"))
    return Exit.COMPLETED


async def _used(program: Program) -> list[Key]:
    """Return the models of tasks, then those of the settings."""
    settings = program.settings
    chosen = [(settings.default_provider, settings.default_model)] if settings.default_model else []
    try:
        async with reader_of(program.paths) as reader:
            tasks = [(r.provider, r.model) for task in await reader.scan() for r in task.spec.routes]
            return [*dict.fromkeys([*tasks, *((row.provider, row.model) for row in await reader.outlays()), *chosen])]
    except DroverError as error:
        if error.code is not ErrorCode.NOT_A_STORE or program.paths.data.exists():
            raise
        return chosen


def _line(row: PriceRow) -> str:
    name = safe(f"{row.provider}/{row.model}")
    if row.quote is None:
        return f"{name:<44} " + say("price_unknown")
    lines = [f"{name:<44} " + say("price", **figures(row.quote.price))]
    lines += [
        "  " + say("price_longer", above=each.above, price=say("price", **figures(each.price)))
        for each in row.quote.price.longer
    ]
    return "\n".join([*lines, f"  {_origin(row.quote)}"])


def _origin(quote: Quote) -> str:
    said = say(ORIGINS[quote.origin], list=quote.price_list)
    more = [quote.source, quote.date, quote.listed_as and say("listed_as", name=quote.listed_as)]
    return " · ".join([said, *(safe(each) for each in more if each)])


def _fields(row: PriceRow) -> dict[str, object]:
    quote = row.quote
    named: dict[str, object] = {"provider": row.provider, "model": row.model}
    if quote is None:
        return named | {"origin": None}
    return named | {
        **figures(quote.price),
        "longer": [{"above": each.above, **figures(each.price)} for each in quote.price.longer],
        "origin": str(quote.origin),
        "price_list": quote.price_list,
        "source": quote.source,
        "date": quote.date,
        "listed_as": quote.listed_as,
    }
