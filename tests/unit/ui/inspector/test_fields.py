"""The form over a task's settings loses nothing."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.face import PICO, Complexity, RecipeName, Route, TaskSpec, TimeLimits, problems
from ui.inspector.fields import FIELDS, build
from ui.text import load_words

SPEC = TaskSpec(
    goal="Improve it",
    provider="simulator",
    model="m",
    title="T",
    context={"audience": "cyclists", "note": "two\nlines and a \\n"},
    budget=1_500_000_000_000,
    limits=TimeLimits(attempt=None, step=90.5),
    fallbacks=(Route(provider="openrouter", model="meta/llama-3:free"),),
)


def test_every_setting_has_a_field() -> None:
    """What can be asked of a task can be seen; a batch and its rows' cells are chosen at import."""
    shown = {field.code.split(".", 1)[0] for field in FIELDS} | {"limits", "retry", "batch", "cells"}
    shown -= {"max_retries", "backoff_base", "max_billed", "switch_after"}
    assert shown == set(TaskSpec.__struct_fields__)


def test_every_field_and_choice_has_words() -> None:
    """No field shows its code."""
    words = load_words()
    codes = [f"field.{field.code}" for field in FIELDS] + [f"group.{field.group}" for field in FIELDS]
    codes += [f"choice.{choice}" for field in FIELDS for choice in field.choices]
    assert [code for code in codes if code not in words] == []


def test_what_is_shown_and_not_changed_stays() -> None:
    """Opening and saving changes nothing."""
    texts = {field.code: field.read(SPEC) for field in FIELDS}
    assert build(SPEC, texts) == (SPEC, ())


@given(st.text(alphabet="\\n\n =ab"))
def test_facts_come_back(text: str) -> None:
    """Line breaks and backslashes in a fact survive an edit of another."""
    spec = msgspec.structs.replace(SPEC, context={"fact": text.strip(), "b": "1"})
    context = next(field for field in FIELDS if field.code == "context")
    assert context.write(spec, context.read(spec)).context == spec.context


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("budget", "2.50", {"budget": 5 * PICO // 2}),
        ("budget", "", {"budget": None}),
        ("max_steps", "1,000", {"max_steps": 1000}),
        ("complexity", "complex", {"complexity": Complexity.COMPLEX}),
        ("recipe", "pipeline", {"recipe": RecipeName.PIPELINE}),
        ("prompts", "one\n---\ntwo", {"prompts": ("one", "two")}),
        ("context", "a = 1", {"context": {"a": "1"}}),
        ("review_after", "1, 3", {"review_after": (1, 3)}),
        ("loop_after", "0", {"loop_after": 0}),
        ("limits.attempt", "20", {"limits": TimeLimits(attempt=20.0, step=90.5)}),
    ],
)
def test_edits(code: str, text: str, expected: dict[str, object]) -> None:
    """A field writes what it says and nothing else."""
    assert build(SPEC, {code: text}) == (msgspec.structs.replace(SPEC, **expected), ())


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("budget", "-1"),
        ("budget", "free"),
        ("max_steps", "4.5"),
        ("max_steps", ""),
        ("temperature", "warm"),
        ("limits.step", ""),
        ("context", "no sign"),
        ("priority", "99999999999999999999"),
        ("max_output", "9" * 5000),
    ],
)
def test_what_is_no_value_is_named(code: str, text: str) -> None:
    """Nothing is guessed."""
    assert build(SPEC, {code: text}) == (SPEC, (code,))


def test_problems_of_the_engine_are_fields_of_the_form() -> None:
    """What the engine finds wrong is said beside a field that exists."""
    limits = TimeLimits(connect=-1, first_token=-1, silence=-1, attempt=-1, step=-1, window=-1, task=-1)
    wrong = TaskSpec(goal="", provider="", model="", max_steps=0, temperature=9, max_output=0, budget=-1, limits=limits)
    codes = {field.code for field in FIELDS}
    assert {problem.field for problem in problems(wrong)} <= codes
