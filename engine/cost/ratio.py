"""How many tokens a model makes of a text, learned from what it reported: for forecasts. A hold never uses it.

A hold is by a true bound, a token a byte, which is four times what English takes. What a reply reports of its prompt
tells how far below the bound a model stays; later replies count for more, since a task's language may change. It is
kept in memory and learned anew after a start: a few replies are enough.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Key = tuple[str, str]
"""(provider, model)."""

USUAL = 0.25
"""Tokens a byte, where nothing is known: English by byte-pair vocabularies of today."""
TRUST = 2_000.0
"""Bytes for which the usual ratio counts beside what was seen."""
MEMORY = 1_000_000.0
"""Bytes after which what was seen first counts for half."""


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one model."""

    bytes: float = 0.0
    tokens: float = 0.0

    def seen(self, bound: int, tokens: int) -> Ratio:
        """Return it with a prompt of so many bytes that was so many tokens; what cannot be is not learned from."""
        if not 0 < tokens <= bound:
            return self
        kept = 0.5 ** (bound / MEMORY)
        return Ratio(bytes=self.bytes * kept + bound, tokens=self.tokens * kept + tokens)

    @property
    def value(self) -> float:
        """Tokens a byte: never more than one, which is the bound."""
        return (self.tokens + USUAL * TRUST) / (self.bytes + TRUST)


UNSEEN = Ratio()


def expected_tokens(ratios: Mapping[Key, Ratio], key: Key, bound: int) -> int:
    """Return how many tokens a prompt of so many bytes is expected to be."""
    return min(bound, round(bound * ratios.get(key, UNSEEN).value))
