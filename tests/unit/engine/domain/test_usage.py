"""Usage as reported: believed only where it can be true."""

from __future__ import annotations

import pytest

from engine.domain.usage import MAX_TOKENS, Usage


@pytest.mark.parametrize(
    "usage",
    [
        Usage(input=-1),
        Usage(output=-1),
        Usage(input=5, cached=6),
        Usage(input=5, cached=3, written=3),
        Usage(output=5, reasoning=6),
        Usage(input=MAX_TOKENS + 1),
        Usage(input=1, output=10**30),
    ],
)
def test_what_contradicts_itself_is_absurd(usage: Usage) -> None:
    """Negative, a part above its whole, or more than any model knows."""
    assert usage.absurd()


@pytest.mark.parametrize(
    "usage", [Usage(), Usage(input=5, cached=3, written=2, output=3, reasoning=3), Usage(input=MAX_TOKENS)]
)
def test_what_can_be_is_not(usage: Usage) -> None:
    """Bounds included."""
    assert not usage.absurd()
