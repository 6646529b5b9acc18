"""Tasks as the command line shows them: a line, or all fields for a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

import resources
from app.cli.report import say
from engine.cost.port import Level
from engine.domain.choice import Reason
from engine.domain.context_policy import ContextPolicy
from engine.domain.ledger_entry import LedgerEntry
from engine.domain.money import plain
from engine.domain.states import PauseReason, State
from engine.domain.step import AttemptRecord, StepRecord, Verdict
from engine.domain.task import Standing, TaskSnapshot, TaskSpec
from engine.results.export import attempt_fields
from engine.store.port import StoredTask

LIMITS: Mapping[str, str] = {
    Level.TASK: "limit_task",
    Level.BATCH: "limit_batch",
    Level.DAY: "limit_day",
    Level.MONTH: "limit_month",
    Level.EVERYTHING: "limit_everything",
}
"""What to tell of a pause by the limit at a level."""

WORDS = 120
"""Characters of a server's own words in an attempt's line; JSON has all that were kept."""


WHY: Mapping[str, str] = {
    Reason.FIXED: "why_fixed",
    Reason.PLANNING: "why_planning",
    Reason.FINAL: "why_final",
    Reason.COMPLEXITY: "why_complexity",
    Reason.CACHE: "why_cache",
    Reason.STEPPED_DOWN: "why_stepped_down",
    Reason.LAST_FIT: "why_last_fit",
    Reason.ESCALATED: "why_escalated",
    Reason.KEPT: "why_kept",
    Reason.ELSEWHERE: "why_elsewhere",
}
"""What to tell of why a policy chose a model."""


def status(task: StoredTask | TaskSnapshot) -> str:
    """Return state and reason in words."""
    words, standing = resources.text("states"), task.standing
    state = words[f"state.{standing.state}"]
    reason = words.get(f"reason.{standing.reason}", standing.reason)
    return f"{state} · {reason}" if reason else state


def safe(text: str) -> str:
    """Return hostile text for a terminal: one line, nothing but printable characters."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def one_line(task: StoredTask | TaskSnapshot) -> str:
    """Return a task as a line."""
    standing = task.standing
    steps = f"{standing.steps_done}/{task.spec.total_steps}"
    return f"{task.id}  {status(task):<34} {steps:>9}  {dollars(standing.spent)}  {safe(task.spec.name)[:60]}"


def repeats_line(spec: TaskSpec) -> tuple[str, ...]:
    """Return what of the steps before stands in a prompt, where that is not all of it."""
    match spec.context_policy:
        case ContextPolicy.FULL:
            return ()
        case ContextPolicy.WINDOW:
            return (say("repeats_window", count=spec.window_steps),)
        case ContextPolicy.SUMMARY:
            return (say("repeats_summary", share=f"{spec.summary_share:.0%}"),)


def dollars(pico: int) -> str:
    """Return an amount, exact, for a column whose decimal points stand below each other."""
    whole, point, part = plain(pico).partition(".")
    return f"{'$' + whole:>7}{point + part:<13}"


def problem(standing: Standing) -> str | None:
    """Return what stands in a task's way and what to do about it, or None."""
    if standing.state is State.PAUSED and standing.reason == PauseReason.BUDGET:
        return say(LIMITS[standing.detail]) if standing.detail in LIMITS else resources.text("errors")["over_budget"]
    if standing.state is State.PAUSED and standing.reason == PauseReason.LOOP:
        return say("loop_found")
    return resources.text("errors").get(standing.detail if standing.state is State.PAUSED else standing.reason)


def full(task: StoredTask | TaskSnapshot) -> dict[str, object]:
    """Return a task's fields for a program. Money is exact dollars as text."""
    spec, standing = task.spec, task.standing
    return {
        "id": task.id,
        "name": spec.name,
        "state": str(standing.state),
        "reason": standing.reason,
        "error": problem(standing),
        "detail": standing.detail,
        "provider": spec.provider,
        "model": spec.model,
        "policy": str(spec.policy),
        "candidates": [f"{each.provider}/{each.model}" for each in spec.candidates],
        "recipe": str(spec.recipe),
        "context_policy": str(spec.context_policy),
        "steps": standing.steps_done,
        "total_steps": spec.total_steps,
        "attempts": standing.attempts,
        "retries": standing.retries,
        "unknown_attempts": standing.unknown,
        "review_attempt": standing.review or None,
        "instructions_waiting": list(standing.instructions),
        "tokens": standing.output_tokens,
        "input_tokens": standing.input_tokens,
        "cached_tokens": standing.cached_tokens,
        "cost_usd": plain(standing.spent),
        "assumed_usd": plain(standing.assumed),
        "budget_usd": None if spec.budget is None else plain(spec.budget),
        "time_to_first_token": standing.first_token_s,
        "active_s": round(standing.active_s, 3),
        "created_at_ms": standing.created_at_ms,
        "ended_at_ms": standing.ended_at_ms,
    }


def with_steps(task: StoredTask, steps: Sequence[StepRecord]) -> dict[str, object]:
    """Return a task with every step and attempt."""
    made = [
        {
            "number": step.number,
            "accepted": step.accepted is not None,
            "text": step.text,
            "cost_usd": plain(step.cost),
            "attempts": [attempt_fields(attempt) for attempt in step.attempts],
        }
        for step in steps
    ]
    return full(task) | {"steps_detail": made}


def name_of(attempt: AttemptRecord) -> str:
    """Return what the command line calls an attempt: its step, and its number within the step."""
    return f"{attempt.intent.step}.{attempt.intent.number}"


def _marks(attempt: AttemptRecord) -> str:
    """Return what is to be known of an attempt's cost and place."""
    words = {
        "mark_held": attempt.outcome is None,
        "mark_assumed": attempt.assumed,
        "mark_corrected": attempt.correction is not None,
        "mark_edited": attempt.verdict is Verdict.EDITED,
        "mark_rejected": attempt.verdict is Verdict.REJECTED,
        "mark_superseded": attempt.superseded,
    }
    told = [say(word) for word, so in words.items() if so]
    return f" ({', '.join(told)})" if told else ""


def step_lines(steps: Sequence[StepRecord]) -> list[str]:
    """Return the steps as lines: number, attempts, tokens, times, cost, first words."""
    lines: list[str] = []
    for step in steps:
        for attempt in step.attempts:
            outcome = attempt.outcome
            lines += [" " * 7 + say("told_line", text=safe(said)[:100]) for said in attempt.told]
            words = safe(attempt.text)[:60]
            usage = f"{outcome.usage.input}+{outcome.usage.output} tok" if outcome and outcome.usage else ""
            first = f"{outcome.first_token_s:.2f} s" if outcome and outcome.first_token_s is not None else ""
            error = f"{_chosen(attempt)}{_why(attempt)}"
            cost = f"${plain(attempt.cost)}{_marks(attempt)}"
            lines.append(f"  {name_of(attempt)}  {attempt.status:<9} {usage:>16} {first:>8}  {cost}  {error}{words}")
    return lines


def _chosen(attempt: AttemptRecord) -> str:
    """Return which model a policy chose for an attempt, and why in a word."""
    intent = attempt.intent
    return f"[{safe(intent.model)}: {say(WHY[intent.why])}] " if intent.why in WHY else ""


def _why(attempt: AttemptRecord) -> str:
    """Return for what an attempt failed, on which model, and how long the next one waited for it."""
    outcome, intent = attempt.outcome, attempt.intent
    if outcome is None or not outcome.error:
        return ""
    said = [safe(f"{intent.provider}/{intent.model}")]
    if outcome.retry_in_s is not None:
        said.append(say("waited", seconds=f"{outcome.retry_in_s:.1f}"))
    if outcome.detail:
        said.append(safe(outcome.detail)[:WORDS])
    return f"{outcome.error} ({', '.join(said)}) "


def entry_line(entry: LedgerEntry) -> str:
    """Return a line of the ledger: day, task, attempt, what became of it, its cost, its model."""
    name = f"{entry.task[:10]} {entry.step}.{entry.number}"
    status = f"{entry.kind} {entry.status}"
    model = safe(f"{entry.provider}/{entry.model}")[:40]
    return f"{entry.day}  {name:<17} {status:<20} {dollars(entry.cost)}  {model}  {' '.join(entry.flags)}".rstrip()


def entry_fields(entry: LedgerEntry) -> dict[str, object]:
    """Return an entry for a program. Money is exact dollars as text."""
    fields: dict[str, object] = msgspec.structs.asdict(entry)
    del fields["held"], fields["cost"]
    usage = None if entry.usage is None else msgspec.structs.asdict(entry.usage)
    return fields | {"usage": usage, "held_usd": plain(entry.held), "cost_usd": plain(entry.cost)}
