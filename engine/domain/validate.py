"""What can be asked: the bounds of every field of a `TaskSpec`, in one pure function.

What passes here can be stored, and comes back equal: a number beyond what a row can hold would fail when it is saved.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.errors import ErrorCode, InvalidSpecError, Problem
from engine.domain.json_schema import is_schema
from engine.domain.moments import MAX_MOMENT_MS
from engine.domain.money import MOST
from engine.domain.task import RecipeName, RetryPolicy, Route, TaskSpec, TimeLimits

MAX_TEXT = 4 * 1024 * 1024
"""Bytes of UTF-8 in one text: beyond any context, and well inside what a record can hold."""
MAX_TOLD = 256 * 1024
"""Bytes of UTF-8 in all instructions of a task that wait to be told."""
MAX_STEPS = 100_000
MAX_OUTPUT = 1_000_000
MAX_SECONDS = 366 * 86_400.0
MAX_RETRIES = 100
MAX_FALLBACKS = 8
MAX_CANDIDATES = 100
MAX_TEMPERATURE = 2.0
"""What OpenAI's chat completions take at most."""
MAX_BACKOFF_BASE = 60.0
MAX_PRIORITY = 1_000_000
MIN_SHARE, MAX_SHARE = 0.1, 0.9
"""Of a context: below, summing up is all that a task does; beyond, no room is left for a reply."""
MIN_SIMILARITY = 0.1
"""Below, any two replies about the same thing would be a repeat."""


def problems(spec: TaskSpec) -> tuple[Problem, ...]:
    """Return everything that is wrong with `spec`, in the order of a form; empty when it can run."""
    return tuple(Problem(field=field, code=code) for field, code in _check(spec))


def validate(spec: TaskSpec) -> TaskSpec:
    """Return `spec` as it is; raises `InvalidSpecError` with all problems."""
    found = problems(spec)
    if found:
        raise InvalidSpecError(found)
    return spec


def _check(spec: TaskSpec) -> Iterator[tuple[str, ErrorCode]]:
    yield from _texts(spec)
    yield from _names(spec)
    if not 1 <= spec.max_steps <= MAX_STEPS:
        yield "max_steps", ErrorCode.STEPS_OUT_OF_RANGE
    if spec.budget is not None and not 0 <= spec.budget <= MOST:
        yield "budget", ErrorCode.BUDGET_NEGATIVE
    if not 0.0 <= spec.temperature <= MAX_TEMPERATURE:
        yield "temperature", ErrorCode.TEMPERATURE_OUT_OF_RANGE
    if not 1 <= spec.max_output <= MAX_OUTPUT:
        yield "max_output", ErrorCode.MAX_OUTPUT_OUT_OF_RANGE
    if not 1 <= spec.checkpoint_interval <= MAX_STEPS:
        yield "checkpoint_interval", ErrorCode.INTERVAL_OUT_OF_RANGE
    yield from _retries(spec.retry)
    if not -MAX_PRIORITY <= spec.priority <= MAX_PRIORITY:
        yield "priority", ErrorCode.PRIORITY_OUT_OF_RANGE
    if spec.not_before_ms is not None and not 0 <= spec.not_before_ms <= MAX_MOMENT_MS:
        yield "not_before_ms", ErrorCode.START_OUT_OF_RANGE
    if spec.output_schema and not is_schema(spec.output_schema):
        yield "output_schema", ErrorCode.SCHEMA_INVALID
    yield from _context(spec)
    yield from _halts(spec)
    yield from _limits(spec.limits)


def _context(spec: TaskSpec) -> Iterator[tuple[str, ErrorCode]]:
    if not 1 <= spec.window_steps <= MAX_STEPS:
        yield "window_steps", ErrorCode.WINDOW_OUT_OF_RANGE
    if not MIN_SHARE <= spec.summary_share <= MAX_SHARE:
        yield "summary_share", ErrorCode.SHARE_OUT_OF_RANGE


def _halts(spec: TaskSpec) -> Iterator[tuple[str, ErrorCode]]:
    if not 0 <= spec.review_every <= MAX_STEPS:
        yield "review_every", ErrorCode.REVIEW_OUT_OF_RANGE
    if len(spec.review_after) > MAX_STEPS or not all(1 <= step <= MAX_STEPS for step in spec.review_after):
        yield "review_after", ErrorCode.REVIEW_OUT_OF_RANGE
    if not 0 <= spec.loop_after <= MAX_STEPS:
        yield "loop_after", ErrorCode.LOOP_OUT_OF_RANGE
    if not MIN_SIMILARITY <= spec.loop_similarity <= 1.0:
        yield "loop_similarity", ErrorCode.LOOP_OUT_OF_RANGE


def _retries(retry: RetryPolicy) -> Iterator[tuple[str, ErrorCode]]:
    sound = {
        "max_retries": 0 <= retry.max_retries <= MAX_RETRIES,
        "backoff_base": 1.0 <= retry.backoff_base <= MAX_BACKOFF_BASE,
        "max_billed": 0 <= retry.max_billed <= MAX_RETRIES,
        "switch_after": 1 <= retry.switch_after <= MAX_RETRIES,
    }
    yield from ((field, ErrorCode.RETRIES_OUT_OF_RANGE) for field, holds in sound.items() if not holds)


def _texts(spec: TaskSpec) -> Iterator[tuple[str, ErrorCode]]:
    if spec.recipe is RecipeName.ITERATE and not spec.goal.strip():
        yield "goal", ErrorCode.GOAL_EMPTY
    if spec.recipe is RecipeName.PIPELINE and not (spec.prompts and all(p.strip() for p in spec.prompts)):
        yield "prompts", ErrorCode.PROMPTS_EMPTY
    if len(spec.prompts) > MAX_STEPS:
        yield "prompts", ErrorCode.STEPS_OUT_OF_RANGE
    fields = {
        "goal": (spec.goal,),
        "title": (spec.title,),
        "prompts": spec.prompts,
        "system": (spec.system,),
        "context": (*spec.context.keys(), *spec.context.values()),
        "model": (spec.provider, spec.model),
        "fallbacks": tuple(name for route in spec.fallbacks for name in (route.provider, route.model)),
        "candidates": tuple(name for route in spec.candidates for name in (route.provider, route.model)),
        "summary_model": (spec.summary_model.provider, spec.summary_model.model) if spec.summary_model else (),
        "batch": (spec.batch,),
        "output_schema": (spec.output_schema,),
        "cells": (*spec.cells.keys(), *spec.cells.values()),
    }
    for field, texts in fields.items():
        if problem := text_problem(*texts):
            yield field, problem


def named(spec: TaskSpec) -> Iterator[tuple[str, Route]]:
    """Yield every provider and model that a person named, with the field it stands in."""
    yield "model", spec.routes[0]
    yield from (("fallbacks", route) for route in spec.fallbacks)
    yield from (("candidates", route) for route in spec.candidates)
    if spec.summary_model is not None:
        yield "summary_model", spec.summary_model


def text_problem(*texts: str, most: int = MAX_TEXT) -> ErrorCode | None:
    """Return what is wrong with texts that together may have `most` bytes."""
    try:
        return ErrorCode.TEXT_TOO_LONG if len("".join(texts).encode()) > most else None
    except UnicodeEncodeError:
        return ErrorCode.TEXT_NOT_UNICODE


def _names(spec: TaskSpec) -> Iterator[tuple[str, ErrorCode]]:
    for field, route in named(spec):
        if not route.provider or not route.model:
            yield field, ErrorCode.NO_MODEL
        elif not (route.provider.isprintable() and route.model.isprintable()):
            yield field, ErrorCode.NAME_UNPRINTABLE
    if len(spec.fallbacks) > MAX_FALLBACKS:
        yield "fallbacks", ErrorCode.TOO_MANY_FALLBACKS
    if len(spec.candidates) > MAX_CANDIDATES:
        yield "candidates", ErrorCode.TOO_MANY_CANDIDATES
    if not spec.batch.isprintable():
        yield "batch", ErrorCode.NAME_UNPRINTABLE


def _limits(limits: TimeLimits) -> Iterator[tuple[str, ErrorCode]]:
    for field in limits.__struct_fields__:
        value = getattr(limits, field)
        if value is not None and not 0.0 < value <= MAX_SECONDS:
            yield f"limits.{field}", ErrorCode.TIME_LIMIT_OUT_OF_RANGE
