"""The lines of the Checkpoints tab, and what lies between two of them, in words. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import tzinfo

from engine.face import Checkpoint, Difference
from ui.inspector.entries import moment
from ui.inspector.rows import Cell, RowColumn
from ui.tasks import format as figures
from ui.text import Words

SAME = 3
"""Lines shown around a change."""


def columns(words: Words) -> tuple[RowColumn, ...]:
    """Return the columns."""
    return (
        RowColumn(title=words("points.step"), width=60, right=True),
        RowColumn(title=words("points.time"), width=150),
        RowColumn(title=words("points.model"), width=150, least=90, stretch=2),
        RowColumn(title=words("points.context"), width=110, least=80, stretch=1),
        RowColumn(title=words("points.cost"), width=90, right=True),
    )


def cells(point: Checkpoint, words: Words, zone: tzinfo | None) -> tuple[Cell, ...]:
    """Return what a checkpoint's line says; times in `zone`, the computer's own for None."""
    return (
        Cell(str(point.step)),
        Cell(moment(point.at_ms, zone), "dim"),
        Cell(point.model, "dim"),
        Cell(words(f"policy.{point.policy}"), "dim"),
        Cell(figures.money(point.cost)),
    )


def heading(difference: Difference, words: Words) -> str:
    """Return "From step 5 to step 10: $0.0120 for 5 requests · 1,200 tokens in · 900 out · 2m 10s"."""
    return words.counted(
        "points.between",
        difference.attempts,
        first=difference.first.step,
        second=difference.second.step,
        cost=figures.money(difference.cost),
        input=figures.count(difference.input_tokens),
        output=figures.count(difference.output_tokens),
        time=figures.duration(difference.seconds),
    )


def changes(difference: Difference, words: Words) -> str:
    """Return how the answer changed: lines taken away and added, with a few around them."""
    before, after = difference.first_text.splitlines(), difference.second_text.splitlines()
    if before == after:
        return words("points.same")
    return "\n".join(_marked(difflib.unified_diff(before, after, n=SAME, lineterm="")))


def _marked(lines: Iterator[str]) -> Iterator[str]:
    """Leave out the names of files that there are none of; what stands for a gap becomes an ellipsis."""
    for number, line in enumerate(lines):
        if number < 2:
            continue
        if not line.startswith("@@"):
            yield line
        elif number > 2:
            yield "…"
