"""A task as Markdown: its answer, and the transcript of its steps. Pure; a model's text stays in its block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.domain.money import plain
from engine.domain.step import AttemptRecord, StepRecord
from engine.domain.task import Standing, TaskSpec

_TICKS = re.compile(r"`{3,}")


def transcript(spec: TaskSpec, standing: Standing, steps: Sequence[StepRecord]) -> Iterator[str]:
    """Return the parts of the transcript."""
    yield f"# {one_line(spec.name)}\n\n"
    yield f"- State: {standing.state}{f' ({one_line(standing.reason)})' if standing.reason else ''}\n"
    yield f"- Steps: {standing.steps_done} of at most {spec.total_steps}\n"
    yield f"- Model: {one_line(spec.provider)}, {one_line(spec.model)}\n"
    yield f"- Tokens: {standing.input_tokens:,} in, {standing.output_tokens:,} out\n"
    yield f"- Cost: ${plain(standing.spent)}\n\n"
    if spec.goal:
        yield f"## Goal\n\n{fenced(spec.goal)}\n"
    for step in steps:
        yield from _step(spec, step)


def _step(spec: TaskSpec, step: StepRecord) -> Iterator[str]:
    yield f"## Step {step.number}\n\n"
    if step.number <= len(spec.prompts):
        yield f"Prompt:\n\n{fenced(spec.prompts[step.number - 1])}\n"
    for attempt in step.attempts:
        yield _attempt(attempt)
    text = step.accepted.text if step.accepted else step.attempts[-1].outcome.text if step.attempts[-1].outcome else ""
    if text:
        yield f"\n{fenced(text)}\n"


def _attempt(attempt: AttemptRecord) -> str:
    intent, outcome = attempt.intent, attempt.outcome
    head = f"- Attempt {intent.number} (`{intent.attempt}`, {one_line(intent.model)}): {attempt.status}"
    if outcome is None:
        return head + "\n"
    details = [f"{outcome.duration_s:.1f} s", f"${plain(outcome.cost)}"]
    if outcome.usage is not None:
        details.insert(0, f"{outcome.usage.input:,} + {outcome.usage.output:,} tokens")
    if outcome.error:
        details.append(one_line(outcome.error))
    return f"{head}, {', '.join(details)}\n"


def fenced(text: str) -> str:
    """Return text in a code block that it cannot close: the fence is longer than any run of ticks in it."""
    longest = max((len(match[0]) for match in _TICKS.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}\n"


def one_line(text: str) -> str:
    """Return text as part of a line: no line break, no markup that begins one."""
    return re.sub(r"([`<>\[\]*_#|\\])", r"\\\1", " ".join(text.split()))[:200]
