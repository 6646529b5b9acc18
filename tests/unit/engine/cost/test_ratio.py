"""Tokens of a text are expected as the model counted them before."""

from __future__ import annotations

import pytest

from engine.cost.ratio import UNSEEN, USUAL, expected_tokens

KEY = ("p", "m")


def test_an_unknown_model_counts_as_usual() -> None:
    """A quarter of a token for each byte."""
    assert UNSEEN.value == USUAL
    assert expected_tokens({}, KEY, 1_000) == 250


def test_what_a_model_reports_is_learned() -> None:
    """Ten prompts outweigh what is usual, and another model learns nothing by them."""
    ratio = UNSEEN
    for _ in range(10):
        ratio = ratio.seen(10_000, 5_000)
    assert expected_tokens({KEY: ratio}, KEY, 1_000) == pytest.approx(500, abs=6)
    assert expected_tokens({KEY: ratio}, ("p", "other"), 1_000) == 250


def test_it_follows_a_change() -> None:
    """Another language, for as many bytes as it remembers twice."""
    ratio = UNSEEN
    for tokens in [20_000] * 50 + [80_000] * 50:
        ratio = ratio.seen(100_000, tokens)
    assert ratio.value > 0.7


@pytest.mark.parametrize("tokens", [0, -1, 101])
def test_what_cannot_be_is_not_learned(tokens: int) -> None:
    """No tokens at all, or more than the bound."""
    assert UNSEEN.seen(100, tokens) == UNSEEN


def test_never_more_than_the_bound() -> None:
    """Whatever was seen."""
    ratio = UNSEEN.seen(10**9, 10**9)
    assert expected_tokens({KEY: ratio}, KEY, 77) <= 77
