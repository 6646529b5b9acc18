"""The settings of a task as fields of a form: how each reads from a spec and writes into one. Pure.

Codes are those that `engine.face.problems` names, so that what is wrong is said beside the field it is in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

import msgspec

from engine.face import (
    Complexity,
    ContextPolicy,
    Policy,
    RecipeName,
    ResultRule,
    TaskSpec,
    parse,
    plain,
    read_route,
    read_routes,
    written_routes,
)
from ui import start

MOST_PRIORITY = 1_000_000
PROMPTS_APART = "\n---\n"


class Kind(Enum):
    """How a field is edited."""

    LINE = auto()
    TEXT = auto()
    CHOICE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `write` raises ValueError for text that is no value of it."""

    code: str
    group: str
    read: Callable[[TaskSpec], str]
    write: Callable[[TaskSpec, str], TaskSpec]
    kind: Kind = Kind.LINE
    choices: tuple[str, ...] = ()
    hint: str = ""
    """Code of what stands in it while it is empty."""


def _plain(code: str, group: str, kind: Kind = Kind.LINE) -> Field:
    """A field of text."""

    def write(spec: TaskSpec, text: str) -> TaskSpec:
        return msgspec.structs.replace(spec, **{code: text})

    return Field(code=code, group=group, kind=kind, read=lambda spec: str(getattr(spec, code)), write=write)


def _number(code: str, group: str, number: Callable[[str], float]) -> Field:
    """A field of a whole or broken number."""

    def write(spec: TaskSpec, text: str) -> TaskSpec:
        return msgspec.structs.replace(spec, **{code: number(text.strip().replace(",", ""))})

    return Field(code=code, group=group, read=lambda spec: f"{getattr(spec, code):g}", write=write)


def _choice(code: str, group: str, of: type[StrEnum]) -> Field:
    """A field of one out of few."""

    def write(spec: TaskSpec, text: str) -> TaskSpec:
        return msgspec.structs.replace(spec, **{code: of(text)})

    return Field(
        code=code,
        group=group,
        kind=Kind.CHOICE,
        choices=tuple(of),
        read=lambda spec: str(getattr(spec, code)),
        write=write,
    )


def _limit(name: str, *, optional: bool = False) -> Field:
    """A time limit in seconds; empty is no limit where there may be none."""

    def read(spec: TaskSpec) -> str:
        value = getattr(spec.limits, name)
        return "" if value is None else f"{value:g}"

    def write(spec: TaskSpec, text: str) -> TaskSpec:
        value = None if optional and not text.strip() else float(text)
        return msgspec.structs.replace(spec, limits=msgspec.structs.replace(spec.limits, **{name: value}))

    return Field(code=f"limits.{name}", group="time", read=read, write=write, hint="edit.no_value" if optional else "")


def _priority(text: str) -> int:
    """A whole number that any store can hold."""
    value = int(text)
    if abs(value) > MOST_PRIORITY:
        raise ValueError(text)
    return value


def _retry(code: str, number: Callable[[str], float]) -> Field:
    def write(spec: TaskSpec, text: str) -> TaskSpec:
        return msgspec.structs.replace(spec, retry=msgspec.structs.replace(spec.retry, **{code: number(text)}))

    return Field(code=code, group="safety", read=lambda spec: f"{getattr(spec.retry, code):g}", write=write)


def read_start(spec: TaskSpec) -> str:
    """Return the wall time before which the task does not start; empty for none."""
    return start.written(spec.not_before_ms)


def write_start(spec: TaskSpec, text: str) -> TaskSpec:
    """Take a wall time; empty is at once."""
    return msgspec.structs.replace(spec, not_before_ms=start.typed(text))


def read_budget(spec: TaskSpec) -> str:
    """Return dollars; empty without a budget."""
    return "" if spec.budget is None else plain(spec.budget)


def write_budget(spec: TaskSpec, text: str) -> TaskSpec:
    """Take dollars; empty is no budget of its own."""
    return msgspec.structs.replace(spec, budget=parse(text) if text.strip() else None)


def read_prompts(spec: TaskSpec) -> str:
    """Return the prompts with lines of --- between."""
    return PROMPTS_APART.join(spec.prompts)


def write_prompts(spec: TaskSpec, text: str) -> TaskSpec:
    """Take prompts with lines of --- between."""
    prompts = tuple(text.split(PROMPTS_APART)) if text.strip() else ()
    return msgspec.structs.replace(spec, prompts=prompts)


def read_reviews(spec: TaskSpec) -> str:
    """Return the steps whose reply waits for a yes, with commas between."""
    return ", ".join(map(str, spec.review_after))


def write_reviews(spec: TaskSpec, text: str) -> TaskSpec:
    """Take steps with commas between; empty is none."""
    steps = tuple(int(part) for part in text.split(",")) if text.strip() else ()
    return msgspec.structs.replace(spec, review_after=steps)


def _routes(code: str, group: str, hint: str) -> Field:
    """A field of providers and models apart by commas; empty is none."""

    def write(spec: TaskSpec, text: str) -> TaskSpec:
        return msgspec.structs.replace(spec, **{code: read_routes(text)})

    return Field(code=code, group=group, read=lambda spec: written_routes(getattr(spec, code)), write=write, hint=hint)


def read_summary_model(spec: TaskSpec) -> str:
    """Return who sums up; empty is whoever makes the step."""
    return written_routes((spec.summary_model,)) if spec.summary_model else ""


def write_summary_model(spec: TaskSpec, text: str) -> TaskSpec:
    """Take one provider and model; empty is whoever makes the step."""
    return msgspec.structs.replace(spec, summary_model=read_route(text))


def read_context(spec: TaskSpec) -> str:
    """Return a line for each fact; a line break inside one is a backslash and an n."""
    return "\n".join(f"{name} = {_folded(value)}" for name, value in spec.context.items())


def write_context(spec: TaskSpec, text: str) -> TaskSpec:
    """Take a line for each fact."""
    context: dict[str, str] = {}
    for line in text.split("\n"):
        name, sign, value = line.partition("=")
        if line.strip() and not (sign and name.strip()):
            raise ValueError(line)
        if sign:
            context[name.strip()] = _unfolded(value.strip())
    return msgspec.structs.replace(spec, context=context)


def _folded(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _unfolded(text: str) -> str:
    return "\\".join(part.replace("\\n", "\n") for part in text.split("\\\\"))


FIELDS: tuple[Field, ...] = (
    _plain("title", "what"),
    _plain("goal", "what", Kind.TEXT),
    _choice("recipe", "what", RecipeName),
    _choice("result", "what", ResultRule),
    Field(code="prompts", group="what", kind=Kind.TEXT, read=read_prompts, write=write_prompts),
    _plain("system", "what", Kind.TEXT),
    _plain("output_schema", "what", Kind.TEXT),
    Field(code="context", group="what", kind=Kind.TEXT, read=read_context, write=write_context),
    _plain("provider", "model"),
    _plain("model", "model"),
    _choice("policy", "model", Policy),
    _routes("candidates", "model", "new_task.candidates_hint"),
    _number("temperature", "model", float),
    _number("max_output", "model", int),
    _number("max_steps", "model", int),
    Field(code="budget", group="money", read=read_budget, write=write_budget, hint="edit.no_value"),
    _number("priority", "money", _priority),
    Field(code="not_before_ms", group="money", read=read_start, write=write_start, hint="new_task.start_at_hint"),
    _choice("complexity", "time", Complexity),
    _limit("connect"),
    _limit("first_token"),
    _limit("silence"),
    _limit("attempt", optional=True),
    _limit("step"),
    _limit("window"),
    _limit("task"),
    _number("checkpoint_interval", "safety", int),
    _number("review_every", "safety", int),
    Field(code="review_after", group="safety", read=read_reviews, write=write_reviews, hint="edit.no_review"),
    _number("loop_after", "safety", int),
    _number("loop_similarity", "safety", float),
    _retry("max_retries", int),
    _retry("backoff_base", float),
    _retry("max_billed", int),
    _retry("switch_after", int),
    _routes("fallbacks", "safety", "new_task.fallbacks_hint"),
    _choice("context_policy", "repeated", ContextPolicy),
    _number("window_steps", "repeated", int),
    _number("summary_share", "repeated", float),
    Field(
        code="summary_model",
        group="repeated",
        read=read_summary_model,
        write=write_summary_model,
        hint="new_task.summary_model_hint",
    ),
)


def build(spec: TaskSpec, texts: dict[str, str]) -> tuple[TaskSpec, tuple[str, ...]]:
    """Return `spec` with the fields' texts written into it, and the codes of those that are no values.

    Fields whose text is as it was are left alone, so that nothing is rounded by being shown.
    """
    wrong: list[str] = []
    for field in FIELDS:
        text = texts.get(field.code)
        if text is None or text == field.read(spec):
            continue
        try:
            spec = field.write(spec, text)
        except (ValueError, OverflowError):
            wrong.append(field.code)
    return spec, tuple(wrong)
