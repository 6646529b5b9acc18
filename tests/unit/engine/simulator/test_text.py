"""Replies that read like replies."""

from __future__ import annotations

import random

import pytest

from engine.simulator.text import count, reply


@pytest.mark.parametrize("tokens", [1, 2, 40, 500])
def test_about_as_long_as_asked(tokens: int) -> None:
    """A piece a token; ends like a sentence."""
    pieces = reply(random.Random(1), "Write about compasses", tokens)
    assert len(pieces) == tokens
    assert "".join(pieces).rstrip("\n").endswith(".")


def test_it_speaks_of_what_was_asked() -> None:
    """So that a person sees which task a reply belongs to."""
    assert "compasses" in "".join(reply(random.Random(1), "Write about compasses", 80))


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abc", 1), ("abcd", 1), ("abcde", 2), ("éé", 1), ("\ud800", 1)])
def test_counting(text: str, tokens: int) -> None:
    """Four bytes of UTF-8, rounded up."""
    assert count(text) == tokens
