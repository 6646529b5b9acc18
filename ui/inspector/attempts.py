"""The lines of the Steps tab: every attempt with all that the journal has of it, newest first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.face import AttemptId, AttemptRecord, AttemptStatus, Flag, StepRecord, Verdict
from ui.inspector import why
from ui.inspector.rows import Cell, RowColumn
from ui.tasks import format as figures
from ui.text import Words

COLOURS = {
    AttemptStatus.OPEN: "running",
    AttemptStatus.ACCEPTED: "completed",
    AttemptStatus.FAILED: "failed",
    AttemptStatus.CUT: "paused",
    AttemptStatus.UNKNOWN: "paused",
    AttemptStatus.SUMMED: "checkpointing",
}
WHOLE = frozenset({AttemptStatus.ACCEPTED, AttemptStatus.SUMMED})
"""Ends of attempts whose reply is all there."""


def columns(words: Words) -> tuple[RowColumn, ...]:
    """Return the columns."""
    return (
        RowColumn(title=words("steps.step"), width=44, right=True),
        RowColumn(title=words("steps.attempt"), width=62, right=True, drops=4),
        RowColumn(title=words("steps.status"), width=170, least=124, stretch=2),
        RowColumn(title=words("steps.model"), width=150, least=78, stretch=1, drops=3),
        RowColumn(title=words("steps.input"), width=74, right=True, drops=2),
        RowColumn(title=words("steps.cached"), width=64, right=True, drops=6),
        RowColumn(title=words("steps.output"), width=64, right=True, drops=1),
        RowColumn(title=words("steps.reasoning"), width=80, right=True, drops=8),
        RowColumn(title=words("steps.first_token"), width=78, right=True, drops=5),
        RowColumn(title=words("steps.duration"), width=68, right=True),
        RowColumn(title=words("steps.cost"), width=78, right=True),
        RowColumn(title=words("steps.waited"), width=82, right=True, drops=9),
        RowColumn(title=words("steps.notes"), width=120, least=64, stretch=1, drops=7),
    )


def newest_first(steps: Sequence[StepRecord]) -> list[AttemptRecord]:
    """Return all attempts, the last one first."""
    return [attempt for step in reversed(steps) for attempt in reversed(step.attempts)]


def failed_before(steps: Sequence[StepRecord]) -> dict[AttemptId, AttemptRecord]:
    """Return, for each attempt that a failure on another provider or model led to, the failed one."""
    made = [attempt for step in steps for attempt in step.attempts]
    return {
        now.intent.attempt: before
        for before, now in pairwise(made)
        if before.outcome and before.outcome.error and _route(before) != _route(now)
    }


def _route(attempt: AttemptRecord) -> str:
    return f"{attempt.intent.provider}/{attempt.intent.model}"


def cells(attempt: AttemptRecord, words: Words, before: AttemptRecord | None = None) -> tuple[Cell, ...]:
    """Return what an attempt's line says; `before` is the failed one that led to it on another route."""
    outcome, intent = attempt.outcome, attempt.intent
    usage = outcome.usage if outcome else None
    counts = (usage.input, usage.cached, usage.output, usage.reasoning) if usage else (None,) * 4
    return (
        Cell(str(intent.step)),
        Cell(str(intent.number), "dim"),
        Cell(status_text(attempt, words), COLOURS[attempt.status], COLOURS[attempt.status]),
        Cell(intent.model, "dim"),
        *(Cell(figures.NONE if count is None else figures.count(count)) for count in counts),
        Cell(figures.seconds(outcome.first_token_s if outcome else None)),
        Cell(figures.seconds(outcome.duration_s if outcome else None)),
        Cell(figures.money(attempt.cost) if outcome else figures.NONE),
        Cell(figures.seconds(outcome.retry_in_s if outcome else None), "dim"),
        Cell(", ".join([*switched(before, words), *why.marks(attempt, words), *notes(attempt, words)]), "paused"),
    )


def switched(before: AttemptRecord | None, words: Words) -> list[str]:
    """Return from where and why the step switched, if it did."""
    if before is None or before.outcome is None:
        return []
    return [words("steps.switched", route=_route(before), reason=words(f"reason.{before.outcome.error}"))]


def notes(attempt: AttemptRecord, words: Words) -> list[str]:
    """Return what is odd about an attempt, in words."""
    said = [words("flag.superseded")] if attempt.superseded else []
    said += [words("flag.told")] if attempt.told else []
    said += [words(f"flag.{attempt.verdict}")] if attempt.verdict else []
    if attempt.correction is not None:
        by = words(f"origin.{attempt.correction.by}")
        return [*said, f"{words('flag.corrected')} {by}"]
    return said + [words(f"flag.{flag}") for flag in attempt.outcome.flags] if attempt.outcome else said


def status_text(attempt: AttemptRecord, words: Words) -> str:
    """Return "failed · rate limit"."""
    status = words(f"attempt.{attempt.status}")
    error = attempt.outcome.error if attempt.outcome else ""
    return f"{status} · {words(f'reason.{error}')}" if error else status


def about(attempt: AttemptRecord, words: Words, before: AttemptRecord | None = None) -> str:
    """Return the line above an attempt's text: ids, price list, hold, and the server's own words."""
    intent, outcome = attempt.intent, attempt.outcome
    chosen = why.sentence(attempt, words)
    said = [*([chosen] if chosen else []), *switched(before, words), words("steps.client_id", id=intent.attempt)]
    if outcome and outcome.provider_request_id:
        said.append(words("steps.provider_id", id=outcome.provider_request_id))
    said.append(words("steps.price_list", name=intent.price_list))
    said.append(words("steps.held", amount=figures.money(intent.held)))
    if outcome and outcome.text and outcome.status not in WHOLE:
        said.append(words("steps.partial"))
    if intent.sums_up:
        said.append(words.counted("steps.sums_up", intent.sums_up))
    said += [words("steps.told", text=text) for text in attempt.told]
    if attempt.verdict is Verdict.REJECTED:
        said.append(words("steps.rejected", text=attempt.words))
    said += _beyond_the_columns(attempt, words)
    if outcome and outcome.detail:
        said.append(outcome.detail)
    return " · ".join(said)


def _beyond_the_columns(attempt: AttemptRecord, words: Words) -> list[str]:
    """Return what a narrow window has no column for."""
    outcome = attempt.outcome
    if outcome is None:
        return []
    usage = outcome.usage
    said = [words.counted("steps.was_cached", usage.cached)] if usage and usage.cached else []
    if usage and usage.reasoning:
        said.append(words.counted("steps.was_reasoning", usage.reasoning))
    if outcome.retry_in_s is not None:
        said.append(words("steps.then_waited", time=figures.seconds(outcome.retry_in_s)))
    doubted = attempt.correction is None  # what was decided is among the notes
    return said + [words(f"flag.{flag}") for flag in outcome.flags if doubted or flag is not Flag.ASSUMED]


def texts(attempt: AttemptRecord, words: Words) -> str:
    """Return what an attempt said; where its person edited it, their words first and the model's below."""
    said = attempt.outcome.text if attempt.outcome else ""
    if attempt.verdict is not Verdict.EDITED:
        return said
    return "\n\n".join((words("steps.edited"), attempt.words, words("steps.as_it_was"), said))
