"""A task as Markdown: the transcript of its steps, and below it where it stands. Pure; a text stays in its block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.domain.money import plain
from engine.domain.step import AttemptRecord, Fork, Outcome, StepRecord, Verdict
from engine.domain.task import Standing, TaskSpec

_TICKS = re.compile(r"`{3,}")


def replies(steps: Sequence[StepRecord], fork: Fork | None) -> list[str]:
    """Return what a task's context has of replies, first to last: those that a fork began with, then its own."""
    return [*(fork.replies if fork else ()), *(step.text for step in steps if step.done_by)]


def transcript(spec: TaskSpec, steps: Sequence[StepRecord], fork: Fork | None = None) -> Iterator[str]:
    """Return the parts of the transcript: what has ended, so that a step more is only added at the end.

    A fork's begins with the replies that its parent paid.
    """
    yield f"# {one_line(spec.name)}\n\n"
    if fork is not None:
        yield f"- Fork of: `{fork.parent}`, after step {fork.step}\n\n"
    if spec.goal:
        yield f"## Goal\n\n{fenced(spec.goal)}\n"
    for number, reply in enumerate(fork.replies if fork else (), 1):
        yield f"## Step {number} (of the parent)\n\n{_prompt(spec, number)}{fenced(reply)}\n"
    for step in steps:
        yield from _step(spec, step)


def standing_now(spec: TaskSpec, standing: Standing, steps: Sequence[StepRecord]) -> Iterator[str]:
    """Return the lines below a transcript: where the task stands, and what is in flight."""
    yield "## Where it stands\n\n"
    yield f"- State: {standing.state}{f' ({one_line(standing.reason)})' if standing.reason else ''}\n"
    yield f"- Steps: {standing.steps_done} of at most {spec.total_steps}\n"
    yield f"- Model: {one_line(spec.provider)}, {one_line(spec.model)}\n"
    yield f"- Tokens: {standing.input_tokens:,} in, {standing.output_tokens:,} out\n"
    yield f"- Cost: ${plain(standing.spent)}{_assumed(standing)}\n"
    for step in steps:
        for attempt in step.attempts:
            if attempt.outcome is None:
                yield f"- In flight, step {step.number}: {_name(attempt)}\n"


def _step(spec: TaskSpec, step: StepRecord) -> Iterator[str]:
    ended = [(attempt, attempt.outcome) for attempt in step.attempts if attempt.outcome is not None]
    if not ended:
        return
    behind = all(attempt.superseded for attempt, _ in ended)
    yield f"## Step {step.number}{' (superseded)' if behind else ''}\n\n{_prompt(spec, step.number)}"
    for attempt, outcome in ended:
        yield from (f"Instruction:\n\n{fenced(said)}\n" for said in attempt.told)
        yield _attempt(attempt, outcome)
        if outcome.text:
            yield f"\n{fenced(outcome.text)}\n"
        if attempt.verdict is Verdict.EDITED:
            yield f"Edited by you:\n\n{fenced(attempt.words)}\n"


def _prompt(spec: TaskSpec, number: int) -> str:
    return f"Prompt:\n\n{fenced(spec.prompts[number - 1])}\n" if number <= len(spec.prompts) else ""


def _attempt(attempt: AttemptRecord, outcome: Outcome) -> str:
    details = [f"{outcome.duration_s:.1f} s", f"${plain(attempt.cost)}{_doubt(attempt)}"]
    if outcome.usage is not None:
        details.insert(0, f"{outcome.usage.input:,} + {outcome.usage.output:,} tokens")
    if outcome.error:
        details.append(one_line(outcome.error))
    if attempt.verdict is Verdict.REJECTED:
        details.append("rejected by you")
    if attempt.superseded:
        details.append("superseded")
    return f"- {_name(attempt)}: {attempt.status}, {', '.join(details)}\n"


def _name(attempt: AttemptRecord) -> str:
    intent = attempt.intent
    return f"Attempt {intent.number} (`{intent.attempt}`, {one_line(intent.model)})"


def _doubt(attempt: AttemptRecord) -> str:
    """Return who says what an attempt cost, where it is not the reply itself."""
    if attempt.correction is not None:
        return f" (by the {attempt.correction.by}, before: ${plain(attempt.correction.before)})"
    return " (assumed)" if attempt.assumed else ""


def _assumed(standing: Standing) -> str:
    return f", of which ${plain(standing.assumed)} is only assumed" if standing.assumed else ""


def fenced(text: str) -> str:
    """Return text in a code block that it cannot close: the fence is longer than any run of ticks in it."""
    longest = max((len(match[0]) for match in _TICKS.finditer(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}\n"


def one_line(text: str) -> str:
    """Return text as part of a line: no line break, no markup that begins one."""
    return re.sub(r"([`<>\[\]*_#|\\])", r"\\\1", " ".join(text.split()))[:200]
