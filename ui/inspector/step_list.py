"""The list of steps in the Result tab: one line a step, newest first. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.face import AttemptRecord, AttemptStatus, State, StepRecord, TaskSnapshot
from ui.inspector.rows import Cell, RowColumn
from ui.plain import readable
from ui.tasks import format as figures
from ui.text import Words

COLUMNS = (
    RowColumn(title="", width=96),
    RowColumn(title="", width=190, least=84, stretch=3),
    RowColumn(title="", width=146, least=120, stretch=1, drops=3),
    RowColumn(title="", width=58, right=True),
    RowColumn(title="", width=64, right=True, drops=2),
    RowColumn(title="", width=72, right=True, drops=1),
    RowColumn(title="", width=82, right=True),
)
LOOKED_AT = 400
"""Characters of a reply in which its first words are looked for."""
SHOWN = 90
_MARKS = re.compile(r"^(?:[\s#>*\-+`_|=]|\d+[.)]\s)*|[`*]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step and, where it is in flight, how many tokens it has so far."""

    step: StepRecord
    streamed: int = 0
    text: str = ""
    """The beginning of what it has said so far."""
    kept: bool = False
    """Whether its reply is whole and waits in memory, since nothing can be saved."""


def lines(steps: Sequence[StepRecord], task: TaskSnapshot | None, live: str = "") -> list[StepLine]:
    """Return the lines, newest first; `live` is the text in flight."""
    newest = [StepLine(step=step) for step in reversed(steps)]
    if newest and task is not None and in_flight(newest[0].step):
        kept = task.state is State.PAUSED
        newest[0] = StepLine(step=newest[0].step, streamed=task.streamed_tokens, text=live, kept=kept)
    return newest


def in_flight(step: StepRecord) -> bool:
    """Whether its last attempt has no end yet."""
    return bool(step.attempts) and step.attempts[-1].status is AttemptStatus.OPEN


def cells(line: StepLine, words: Words) -> tuple[Cell, ...]:
    """Return what a line says: step, first words, model, tokens, duration, cost, whether it is saved."""
    step = line.step
    last = step.attempts[-1]
    accepted = step.accepted
    usage = accepted.usage if accepted else None
    produced = usage.output if usage else line.streamed
    duration = accepted.duration_s if accepted else None
    return (
        Cell(words("row.step", step=step.number), "dim", "paused" if line.kept else _dot(step)),
        Cell(_said(line, words)),
        Cell(last.intent.model, "dim"),
        Cell(figures.short_count(produced) if produced else figures.NONE),
        Cell(figures.seconds(duration)),
        Cell(figures.NONE if in_flight(step) and not step.cost else figures.money(step.cost)),
        Cell(words("row.in_memory"), "paused") if line.kept else _end(last, words),
    )


def first_words(text: str) -> str:
    """Return the first line of Markdown that says something, without its marks."""
    for line in text[:LOOKED_AT].splitlines():
        plain = _MARKS.sub("", line).strip()
        if plain:
            return readable(plain[:SHOWN])
    return ""


def _said(line: StepLine, words: Words) -> str:
    step = line.step
    texts = [line.text, *(attempt.text for attempt in reversed(step.attempts) if attempt.outcome)]
    said = next((found for found in map(first_words, texts) if found), "") or words("row.no_text")
    errors = [attempt.outcome.error for attempt in step.attempts if attempt.outcome and attempt.outcome.error]
    if len(step.attempts) > 1 and errors:
        said += f" · {words('row.attempts', count=len(step.attempts), why=words(f'reason.{errors[-1]}'))}"
    return said


def _dot(step: StepRecord) -> str:
    status = step.attempts[-1].status
    if status is AttemptStatus.OPEN:
        return "running"
    if status is AttemptStatus.SUMMED:
        return "checkpointing"
    if status is not AttemptStatus.ACCEPTED:
        return "failed" if status is AttemptStatus.FAILED else "paused"
    return "retrying" if sum(not attempt.intent.sums_up for attempt in step.attempts) > 1 else "completed"


def _end(last: AttemptRecord, words: Words) -> Cell:
    if last.status is AttemptStatus.ACCEPTED:
        return Cell(words("row.saved"), "dim")
    if last.status is AttemptStatus.OPEN:
        return Cell(words("row.in_flight"), "dim")
    return Cell(words(f"attempt.{last.status}"), _dot_of(last.status))


def _dot_of(status: AttemptStatus) -> str:
    if status is AttemptStatus.SUMMED:
        return "checkpointing"
    return "failed" if status is AttemptStatus.FAILED else "paused"
