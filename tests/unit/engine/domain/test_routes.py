"""Providers and models as text."""

from __future__ import annotations

import pytest

from engine.domain.routes import read_route, read_routes, written_routes
from engine.domain.task import Route

TWO = (Route(provider="openai", model="gpt-5-mini"), Route(provider="openrouter", model="meta/llama-3:free"))


def test_what_is_written_is_read() -> None:
    """A model's name may have slashes and colons of its own."""
    assert read_routes(written_routes(TWO)) == TWO
    assert read_routes(" openai / gpt-5-mini \n openrouter/meta/llama-3:free,") == TWO
    assert read_routes("") == ()


@pytest.mark.parametrize("text", ["openai", "openai/", "/gpt", "openai/gpt, nothing"])
def test_what_names_only_half_is_refused(text: str) -> None:
    """It is neither a provider nor a model."""
    with pytest.raises(ValueError, match=r"^(openai|/gpt|nothing)"):
        read_routes(text)


def test_one_of_a_text_is_one_or_none() -> None:
    """Of several none is taken for the one that was meant."""
    assert read_route(written_routes(TWO[:1])) == TWO[0]
    assert read_route(" , ") is None
    for text in (written_routes(TWO), "openai"):
        with pytest.raises(ValueError, match=r"^openai"):
            read_route(text)
