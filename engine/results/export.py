"""A task as one text: Markdown for people, JSON for programs. Money is an exact decimal in dollars, as text."""

from __future__ import annotations

import msgspec

from engine.domain.money import plain
from engine.domain.step import AttemptRecord, Correction, Fork, StepRecord
from engine.recipes.port import Recipe
from engine.results.render import replies, standing_now, transcript
from engine.store.port import StoredTask


def as_markdown(task: StoredTask, steps: tuple[StepRecord, ...], recipe: Recipe, fork: Fork | None = None) -> str:
    """Return answer and transcript."""
    answer = recipe.answer(task.spec, replies(steps, fork))
    told = "".join(transcript(task.spec, steps, fork))
    return f"{answer}\n\n---\n\n{told}{''.join(standing_now(task.spec, task.standing, steps))}"


def as_json(task: StoredTask, steps: tuple[StepRecord, ...], recipe: Recipe, fork: Fork | None = None) -> str:
    """Return everything of a task but raw replies."""
    standing = task.standing
    amounts = {"spent": plain(standing.spent), "assumed": plain(standing.assumed), "needed": plain(standing.needed)}
    undecided = {attempt: plain(amount) for attempt, amount in standing.undecided.items()}
    body = {
        "id": task.id,
        "spec": msgspec.to_builtins(task.spec) | {"budget": _dollars(task.spec.budget)},
        "standing": msgspec.to_builtins(standing) | amounts | {"undecided": undecided},
        "parent": parent_fields(fork),
        "answer": recipe.answer(task.spec, replies(steps, fork)),
        "steps": [
            {"number": step.number, "attempts": [attempt_fields(attempt) for attempt in step.attempts]}
            for step in steps
        ],
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2).decode()


def attempt_fields(attempt: AttemptRecord) -> dict[str, object]:
    """Return an attempt as plain values."""
    intent, outcome = attempt.intent, attempt.outcome
    fields: dict[str, object] = {
        "id": intent.attempt,
        "number": intent.number,
        "status": str(attempt.status),
        "provider": intent.provider,
        "model": intent.model,
        "price_list": intent.price_list,
        "request_sha256": intent.request_sha256.hex(),
        "held_usd": plain(intent.held),
        "at_ms": intent.at_ms,
        "why": intent.why,
        "figures": intent.figures,
        "sums_up": intent.sums_up,
    }
    if outcome is not None:
        fields |= {
            "text": outcome.text,
            "finish": outcome.finish,
            "usage": msgspec.to_builtins(outcome.usage),
            "cost_usd": plain(attempt.cost),
            "assumed": attempt.assumed,
            "superseded": attempt.superseded,
            "told": list(attempt.told),
            "verdict": attempt.verdict,
            "words": attempt.words,
            "correction": _correction_fields(attempt.correction),
            "flags": list(outcome.flags),
            "provider_request_id": outcome.provider_request_id,
            "error": outcome.error,
            "first_token_s": outcome.first_token_s,
            "duration_s": outcome.duration_s,
            "retry_in_s": outcome.retry_in_s,
        }
    return fields


def parent_fields(fork: Fork | None) -> dict[str, object] | None:
    """Return where a fork comes from as plain values; None for any other task."""
    if fork is None:
        return None
    return {"task": fork.parent, "step": fork.step, "record_sha256": fork.head.hex(), "replies": list(fork.replies)}


def _correction_fields(correction: Correction | None) -> dict[str, object] | None:
    if correction is None:
        return None
    return {"by": str(correction.by), "before_usd": plain(correction.before), "at_ms": correction.at_ms}


def _dollars(pico: int | None) -> str | None:
    return None if pico is None else plain(pico)
