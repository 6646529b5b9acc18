"""A task as one text: Markdown for people, JSON for programs. Money is an exact decimal in dollars, as text."""

from __future__ import annotations

import msgspec

from engine.domain.money import plain
from engine.domain.step import AttemptRecord, StepRecord
from engine.recipes.port import Recipe
from engine.results.render import transcript
from engine.store.port import StoredTask


def as_markdown(task: StoredTask, steps: tuple[StepRecord, ...], recipe: Recipe) -> str:
    """Return answer and transcript."""
    replies = [step.accepted.text for step in steps if step.accepted]
    answer = recipe.answer(task.spec, replies)
    return f"{answer}\n\n---\n\n{''.join(transcript(task.spec, task.standing, steps))}"


def as_json(task: StoredTask, steps: tuple[StepRecord, ...], recipe: Recipe) -> str:
    """Return everything of a task but raw replies."""
    replies = [step.accepted.text for step in steps if step.accepted]
    body = {
        "id": task.id,
        "spec": msgspec.to_builtins(task.spec) | {"budget": _dollars(task.spec.budget)},
        "standing": msgspec.to_builtins(task.standing)
        | {"spent": plain(task.standing.spent), "assumed": plain(task.standing.assumed)},
        "answer": recipe.answer(task.spec, replies),
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
    }
    if outcome is not None:
        fields |= {
            "text": outcome.text,
            "finish": outcome.finish,
            "usage": msgspec.to_builtins(outcome.usage),
            "cost_usd": plain(outcome.cost),
            "flags": list(outcome.flags),
            "provider_request_id": outcome.provider_request_id,
            "error": outcome.error,
            "first_token_s": outcome.first_token_s,
            "duration_s": outcome.duration_s,
            "retry_in_s": outcome.retry_in_s,
        }
    return fields


def _dollars(pico: int | None) -> str | None:
    return None if pico is None else plain(pico)
