"""Whatever may be asked can be saved: a `TaskSpec` that `validate` accepts comes back from the store's bytes equal."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.domain.money import MOST
from engine.domain.task import RetryPolicy, Route, TaskSpec, TimeLimits
from engine.domain.validate import problems
from engine.store.codec import pack

SOUND = TaskSpec(goal="g", provider="p", model="m", prompts=("one",))
INTEGERS = st.one_of(st.integers(-10, 100), st.integers(-(2**70), 2**70), st.integers(0, 2 * MOST))
FLOATS = st.one_of(st.floats(0.0, 2.0), st.floats())
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
FIELDS: Mapping[str, st.SearchStrategy[object]] = {
    "goal": TEXTS,
    "provider": TEXTS,
    "model": TEXTS,
    "title": TEXTS,
    "prompts": st.lists(TEXTS, max_size=3).map(tuple),
    "system": TEXTS,
    "context": st.dictionaries(TEXTS, TEXTS, max_size=3),
    "max_steps": INTEGERS,
    "temperature": FLOATS,
    "max_output": INTEGERS,
    "checkpoint_interval": INTEGERS,
    "budget": INTEGERS,
    "limits": st.builds(TimeLimits, connect=FLOATS, attempt=st.none() | FLOATS, task=FLOATS),
    "retry": st.builds(
        RetryPolicy, max_retries=INTEGERS, backoff_base=FLOATS, max_billed=INTEGERS, switch_after=INTEGERS
    ),
    "fallbacks": st.lists(st.builds(Route, provider=TEXTS, model=TEXTS), max_size=3).map(tuple),
    "candidates": st.lists(st.builds(Route, provider=TEXTS, model=TEXTS), max_size=3).map(tuple),
    "priority": INTEGERS,
    "batch": TEXTS,
    "not_before_ms": st.none() | INTEGERS,
    "review_every": INTEGERS,
    "review_after": st.lists(INTEGERS, max_size=3).map(tuple),
    "loop_after": INTEGERS,
    "loop_similarity": FLOATS,
    "window_steps": INTEGERS,
    "summary_share": FLOATS,
    "summary_model": st.none() | st.builds(Route, provider=TEXTS, model=TEXTS),
    "output_schema": st.one_of(TEXTS, st.sampled_from(['{"type": "object"}', '{"type": 7}'])),
    "cells": st.dictionaries(TEXTS, TEXTS, max_size=3),
}
"""Values of the right type and of any size. Fields that are left out have a few values and no others."""


def test_no_field_is_forgotten() -> None:
    """A field that is new is either here or an enumeration."""
    enumerations = {"recipe", "result", "complexity", "policy", "context_policy"}
    assert set(FIELDS) | enumerations == set(TaskSpec.__struct_fields__)


@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_what_is_accepted_can_be_saved(field: str, data: st.DataObject) -> None:
    """What is not refused is encoded, and decodes to the same."""
    asked = msgspec.structs.replace(SOUND, **{field: data.draw(FIELDS[field])})
    if not problems(asked):
        assert msgspec.msgpack.decode(pack(asked), type=TaskSpec) == asked


@given(number=INTEGERS)
@example(number=99_999_999_999_999_999_999)
@example(number=-(2**63) - 1)
def test_no_number_is_accepted_that_no_row_holds(number: int) -> None:
    """Numbers that a person may type into any field."""
    for field in ("max_steps", "max_output", "checkpoint_interval", "budget", "priority"):
        if not problems(msgspec.structs.replace(SOUND, **{field: number})):
            assert -(2**63) <= number < 2**63
