"""Ids: generated, sortable, safe in a path."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.clock import ManualClock, UlidIds
from engine.domain.ids import is_id, ulid


def test_a_known_id() -> None:
    """The example of the specification's time (github.com/ulid/spec), with no entropy."""
    assert ulid(1469918176385, 0) == "01aryz6s41" + "0" * 16


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_every_id_has_the_form(at_ms: int, entropy: int) -> None:
    """26 characters of the alphabet, the first below 8."""
    assert is_id(ulid(at_ms, entropy))


@given(
    st.tuples(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1)),
    st.tuples(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1)),
)
def test_ids_sort_by_time(one: tuple[int, int], other: tuple[int, int]) -> None:
    """Text order is the order of (time, entropy)."""
    assert (ulid(*one) < ulid(*other)) == (one < other)


@pytest.mark.parametrize(
    "text", ["", "x", "8" + "0" * 25, "0" * 27, "0" * 25 + "u", "../../etc/passwd", "0" * 25 + "é"]
)
def test_what_is_no_id(text: str) -> None:
    """Other lengths, letters and times beyond 48 bits."""
    assert not is_id(text)


def test_a_clock_that_goes_back_does_not_disorder_ids() -> None:
    """Time in ids never goes back."""
    clock = ManualClock()
    ids = UlidIds(clock, random.Random(1))
    first = ids.task()
    clock.wall -= 3_600_000
    assert ids.attempt()[:10] == first[:10]
