"""Pipelines as people write them."""

from __future__ import annotations

import pytest

from engine.domain.prompt_list import as_text, prompts_of


@pytest.mark.parametrize(
    ("text", "prompts", "reviews"),
    [
        ("one", ("one",), ()),
        ("one\n---\ntwo\n", ("one", "two"), ()),
        ("one\n--- review\ntwo\n  ---review  \nthree", ("one", "two", "three"), (1, 2)),
        ("one\n---\ntwo\n--- review\n", ("one", "two"), (2,)),
        ("one\n---\n", ("one", ""), ()),
        ("--- review\none", ("", "one"), (1,)),
        ("one --- review\n--- reviewed\n----", ("one --- review\n--- reviewed\n----",), ()),
        ("", ("",), ()),
    ],
)
def test_lines_part_prompts_and_ask_for_reviews(text: str, prompts: tuple[str, ...], reviews: tuple[int, ...]) -> None:
    """A gate stands between two steps, or behind the last; a prompt that is missing is seen, not dropped."""
    assert prompts_of(text) == (prompts, reviews)


@pytest.mark.parametrize("reviews", [(), (1,), (2,), (3,), (1, 3)])
def test_what_is_written_is_read(reviews: tuple[int, ...]) -> None:
    """Wherever the gates are."""
    prompts = ("one", "two\nlines", "three")
    assert prompts_of(as_text(prompts, reviews)) == (prompts, reviews)
