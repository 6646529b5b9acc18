"""`drover whatif`: what work that is done would have cost otherwise. Computed, and said to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.cli.looking import find, foretold, look, reader_of
from app.cli.report import Exit, Output, say, wrong
from app.cli.shown import safe
from app.composition import Program
from engine.cost.port import Level, Scope
from engine.cost.price import Price
from engine.cost.price_list import Key, read_list
from engine.cost.routing.table import Table
from engine.cost.whatif import Supposition, WhatIf
from engine.domain.choice import Policy
from engine.domain.money import plain
from engine.domain.routes import read_route
from engine.domain.task import TaskSpec
from engine.runtime.choices import candidates
from engine.runtime.learned import Learned
from engine.runtime.supposing import Supposing
from engine.store.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the command was given."""

    task: str = ""
    batch: str = ""
    month: str = ""
    policy: str = ""
    model: str = ""
    prices: Path | None = None

    def asked(self) -> Supposition:
        """Return what to suppose; raises `CommandError`."""
        if not (self.policy or self.model or self.prices):
            raise wrong("whatif_what")
        if self.policy and self.policy not in set(Policy):
            raise wrong("bad_policy", text=self.policy, choices=", ".join(Policy))
        return Supposition(
            policy=Policy(self.policy) if self.policy else None, model=_key(self.model), prices=_prices(self.prices)
        )

    async def scope(self, reader: Reader) -> Scope:
        """Return of what; everything where nothing was said. Raises `CommandError`."""
        if self.task:
            return Scope(Level.TASK, await find(reader, self.task))
        if self.batch:
            return Scope(Level.BATCH, self.batch)
        return Scope(Level.MONTH, self.month) if self.month else Scope(Level.EVERYTHING, "")


async def what_if(program: Program, question: Question, output: Output) -> Exit:
    """Tell it; works beside a running window."""
    asked = question.asked()
    await look(program.paths, output)
    async with reader_of(program.paths) as reader:
        told = await foretold(program.paths, reader)
        tasks = [told.task(each) for each in await reader.scan()]
        supposing = Supposing(reader, program.prices, lambda spec: _table(program, spec))
        pairs = [(each.id, each.spec) for each in tasks]
        found = await supposing.what_if(pairs, await question.scope(reader), asked)
    output.emit("result", "\n".join(_lines(found)), _fields(found))
    output.note(say("whatif_computed"))
    return Exit.COMPLETED


def _table(program: Program, spec: TaskSpec) -> Table:
    return Table(candidates((spec.routes[0], *spec.candidates), program.models, program.prices, Learned()))


def _lines(found: WhatIf) -> Sequence[str]:
    models = ", ".join(
        say("whatif_by", steps=f"{steps:,}", model=safe("/".join(key))) for key, steps in sorted(found.models.items())
    )
    saved = say("whatif_saved" if found.saved >= 0 else "whatif_more", amount=plain(abs(found.saved)))
    share = f" ({found.share:.1%})" if found.would else ""
    return (
        say("whatif_spent", amount=plain(found.spent), tasks=f"{found.tasks:,}", steps=f"{found.steps:,}"),
        say("whatif_would", amount=plain(found.would), models=models),
        f"{saved}{share}",
    )


def _fields(found: WhatIf) -> dict[str, object]:
    return {
        "tasks": found.tasks,
        "steps": found.steps,
        "steps_without_usage": found.unknown,
        "spent_usd": plain(found.spent),
        "would_usd": plain(found.would),
        "saved_usd": plain(found.saved),
        "saved_share": round(found.share, 4),
        "models": {"/".join(key): steps for key, steps in found.models.items()},
        "computed": True,
    }


def _key(text: str) -> Key | None:
    try:
        route = read_route(text)
    except ValueError:
        raise wrong("bad_model", text=text) from None
    return (route.provider, route.model) if route else None


def _prices(file: Path | None) -> dict[Key, Price]:
    if file is None:
        return {}
    try:
        return {key: quote.price for key, quote in read_list(file.read_text("utf-8")).quotes().items()}
    except OSError as error:
        raise wrong("prices_file", file=file, problem=error.strerror) from error
    except ValueError as error:
        raise wrong("prices_file", file=file, problem=safe(str(error))[:200]) from error
