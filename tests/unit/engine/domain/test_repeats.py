"""How alike two replies are."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import TypeVar

import pytest

from engine.domain.repeats import MOST_SHINGLES, SLICE, Sketch, digesting, resemblance, sketching

T = TypeVar("T")
LONG = [f"word{number}" for number in range(4 * SLICE)]


def whole(work: Generator[None, None, T]) -> T:
    """Do it all at once."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def sketch(text: str) -> Sketch:
    """Return a text's sketch."""
    return whole(sketching(text))


def truth(one: list[str], other: list[str]) -> float:
    """Return what the sketches estimate."""
    first, second = (set(zip(words, words[1:], words[2:], strict=False)) for words in (one, other))
    return len(first & second) / len(first | second)


def test_the_measure_is_what_shingles_have_in_common() -> None:
    """Of a b c d and a b c e: a b c, of three in all."""
    assert resemblance(sketch("a b c d"), sketch("a b c e")) == pytest.approx(1 / 3)
    assert resemblance(sketch("a b c"), sketch("a  b\nc")) == 1.0
    assert resemblance(sketch("a b"), sketch("a b")) == resemblance(sketch(""), sketch("")) == 0.0


def test_white_space_makes_no_other_text() -> None:
    """Order and words do, across slices too."""
    text = " ".join(LONG)
    assert whole(digesting(text)) == whole(digesting(f"\n {'  '.join(LONG)}"))
    assert whole(digesting(text)) != whole(digesting(" ".join([*LONG[:-2], LONG[-1], LONG[-2]])))
    assert whole(digesting("ab c")) != whole(digesting("a bc"))


@pytest.mark.parametrize("changed", [0, 30, 150, 1_000])
def test_a_long_text_is_estimated(changed: int) -> None:
    """To a few hundredths, from a sketch that does not grow."""
    chance = random.Random(changed)
    other = list(LONG)
    for place in chance.sample(range(len(LONG)), changed):
        other[place] = "else"
    one, made = sketch(" ".join(LONG)), sketch(" ".join(other))
    assert len(one) == len(made) == MOST_SHINGLES
    assert resemblance(one, made) == pytest.approx(truth(LONG, other), abs=0.04)


def test_shingles_reach_over_the_end_of_a_slice() -> None:
    """A text in one slice and the same in two have the same shingles."""
    words = [str(number % 700) for number in range(SLICE + 1)]
    assert len(sketch(" ".join(words))) == 700


def test_any_text_has_a_sketch() -> None:
    """Also one that is no Unicode."""
    assert len(sketch("\ud800 b c")) == 1
