"""What models were seen to do since the program started: for choices and forecasts, never for a hold.

What came later counts for more, since a provider's hours differ. It is kept in memory and learned anew after a start:
a few replies are enough.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine.cost.ratio import UNSEEN, Key, Ratio, expected_tokens

MEMORY = 100.0
"""Attempts after which what was seen first counts for half."""
TRUST = 10.0
"""Attempts without a failure that every model is taken to begin with."""
UNKNOWN_REPLY = 700
"""Tokens of a reply where none was seen."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one model."""

    attempts: float = 0.0
    wasted: float = 0.0
    """Attempts that were paid, or may have been, and gave nothing."""
    replies: float = 0.0
    tokens: float = 0.0
    """Of the replies."""
    seconds: float = 0.0
    """That they took, from the request to their end."""

    @property
    def failures(self) -> int:
        """Of a thousand attempts."""
        return round(1000 * self.wasted / (self.attempts + TRUST))

    @property
    def speed(self) -> int:
        """Tokens a second; 0 where nothing is known."""
        return round(self.tokens / self.seconds) if self.seconds else 0

    def later(self, *, wasted: bool, tokens: int | None, seconds: float) -> Seen:
        """Return it with another attempt; of one that gave no reply no tokens are known."""
        kept = 0.5 ** (1 / MEMORY)
        came = tokens is not None
        return Seen(
            attempts=self.attempts * kept + 1,
            wasted=self.wasted * kept + wasted,
            replies=self.replies * kept + came,
            tokens=self.tokens * kept + (tokens or 0),
            seconds=self.seconds * kept + (seconds if came else 0.0),
        )


NOTHING = Seen()


class Learned:
    """Of all models, by provider and model."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._seen: dict[Key, Seen] = {}
        self._ratios: dict[Key, Ratio] = {}

    def took(self, key: Key, *, wasted: bool, tokens: int | None, seconds: float) -> None:
        """Take in how an attempt ended: whether it was paid for nothing, tokens of its reply where it had one."""
        self._seen[key] = self.of(key).later(wasted=wasted, tokens=tokens, seconds=seconds)

    def read(self, key: Key, bound: int, tokens: int) -> None:
        """Take in how many tokens a prompt was that could be `bound` at most."""
        self._ratios[key] = self._ratios.get(key, UNSEEN).seen(bound, tokens)

    def of(self, key: Key) -> Seen:
        """Return what was seen of a model."""
        return self._seen.get(key, NOTHING)

    @property
    def ratios(self) -> Mapping[Key, Ratio]:
        """How many tokens models make of a byte."""
        return self._ratios

    def input(self, key: Key, bound: int) -> int:
        """Return how many tokens a prompt of so many bytes is expected to be."""
        return expected_tokens(self._ratios, key, bound)

    def output(self, key: Key, most: int) -> int:
        """Return how many tokens a reply is expected to have, by this model or else by all of them."""
        seen = self._seen.get(key, NOTHING)
        of = [seen] if seen.replies else list(self._seen.values())
        replies = sum(each.replies for each in of)
        return min(most, round(sum(each.tokens for each in of) / replies) if replies else UNKNOWN_REPLY)
