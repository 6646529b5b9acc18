"""A batch as a table: what each row had, what became of its task, and its answer; as CSV, JSON lines or Markdown.

Pure. While tasks still run the table is partial: every row says where its task stands. What is not text of ours is
hostile: cells begin no formula, Markdown's rows are lines with nothing in them that is marked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from engine.domain.money import decimal, plain
from engine.domain.states import AT_REST, State
from engine.domain.task import Standing, TaskSpec
from engine.results import csv_cells
from engine.results.csv_cells import Cell, Paragraphs
from engine.results.render import one_line

FORMS = ("csv", "jsonl", "md")
_MARKUP = re.compile(r"([`<>\[\]*_#|\\])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One task of the batch."""

    id: str
    spec: TaskSpec
    standing: Standing
    answer: str = ""


READ: Mapping[str, Callable[[Line], Cell]] = {
    "title": lambda line: line.spec.name,
    "state": lambda line: str(line.standing.state),
    "reason": lambda line: line.standing.reason,
    "answer": lambda line: Paragraphs(line.answer),
    "model": lambda line: line.spec.model,
    "steps": lambda line: line.standing.steps_done,
    "input_tokens": lambda line: line.standing.input_tokens,
    "output_tokens": lambda line: line.standing.output_tokens,
    "cost_usd": lambda line: decimal(line.standing.spent),
    "task": lambda line: line.id,
}
"""What every task has, by column."""


def columns(specs: Iterable[TaskSpec]) -> tuple[str, ...]:
    """Return all columns: those of the rows first, in their order, then `READ`; of two with one name the row's."""
    own = dict.fromkeys(name for spec in specs for name in spec.cells)
    return (*own, *(name for name in READ if name not in own))


def ended(standings: Iterable[Standing]) -> int:
    """Return how many tasks came to an end: those at rest but for the paused, which go on."""
    return sum(standing.state in AT_REST and standing.state is not State.PAUSED for standing in standings)


def written(lines: Iterable[Line], chosen: Sequence[str], form: str, told: str = "") -> Iterator[str]:
    """Yield the parts of a table in one of `FORMS`; `told` stands above it in Markdown."""
    if form == "csv":
        yield csv_cells.line(chosen)
        for line in lines:
            yield csv_cells.line([_cell(line, name) for name in chosen])
    elif form == "jsonl":
        for line in lines:
            yield msgspec.json.encode({name: value(line, name) for name in chosen}).decode() + "\n"
    else:
        yield from _markdown(lines, chosen, told)


def _markdown(lines: Iterable[Line], chosen: Sequence[str], told: str) -> Iterator[str]:
    if told:
        yield f"{one_line(told)}\n\n"
    yield f"| {' | '.join(map(one_line, chosen))} |\n|{' --- |' * len(chosen)}\n"
    for line in lines:
        yield f"| {' | '.join(_marked(line, name) for name in chosen)} |\n"


def _marked(line: Line, name: str) -> str:
    """Return a cell of Markdown: whole, on one line, with nothing in it that is markup."""
    found = value(line, name)
    told = "" if found is None else _MARKUP.sub(r"\\\1", str(found))
    return "<br>".join(" ".join(part.split()) for part in told.strip().splitlines())


def _cell(line: Line, name: str) -> Cell:
    if name in line.spec.cells:
        return Paragraphs(line.spec.cells[name])
    return READ[name](line) if name in READ else ""


def value(line: Line, name: str) -> str | int | None:
    """Return a value as JSON has it: text unchanged, money as exact dollars."""
    if name in line.spec.cells:
        return line.spec.cells[name]
    if name == "cost_usd":
        return plain(line.standing.spent)
    found = READ[name](line) if name in READ else None
    return str(found) if isinstance(found, str) else found if isinstance(found, int) else None
