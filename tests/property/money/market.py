"""What calls cost here, and how they end: drawn by seed, with what the provider really took for each.

The amount that must be settled is worked out anew, in words as plain as the contract's, so that it can be held
against what `engine.runtime.bookkeeping.bill` says.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.cost.port import Price
from engine.domain.errors import ErrorCode
from engine.domain.states import TimeLevel, Wanted
from engine.domain.usage import FinishReason, Usage
from engine.providers.port import Finished, ProviderError
from engine.runtime.attempt import Ending

FREE = Price()
PRICES = (
    Price(input=420_001, cached_input=105_003, cache_write=525_007, output=1_680_011, reasoning=1_680_011),
    Price(input=3_000_000, cached_input=300_000, cache_write=3_750_000, output=15_000_000, reasoning=15_000_000),
    Price(input=75_033, cached_input=18_757, cache_write=75_033, output=300_131, reasoning=425_127),
    Price(input=75_033, cached_input=75_033, cache_write=75_033, output=75_033, reasoning=75_033),
    FREE,
)
CERTAINLY_NOT = (ErrorCode.BAD_REQUEST, ErrorCode.WRONG_KEY, ErrorCode.RATE_LIMITED)
"""400, 401, 429."""
ABSURD = (
    Usage(),
    Usage(output=-5),
    Usage(input=5, cached=6, output=1),
    Usage(input=10**9),
    Usage(input=1, reasoning=3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A call before it is made. `ending` None: the program died before it knew."""

    price: Price
    worst: int
    kind: str
    ending: Ending | None
    billed: int
    """Pico that the provider takes, whatever it says."""
    expected: int
    """Pico that the ledger must count."""


def finished(usage: Usage | None, reported: int | None = None) -> Ending:
    """Return the ending of a whole reply."""
    return Ending(finished=Finished(FinishReason.STOP, usage, reported, b""))


def cost(price: Price, usage: Usage) -> int:
    """Return pico of a usage, part by part."""
    parts = (
        (price.input, usage.input - usage.cached),
        (price.cached_input, usage.cached),
        (price.output, usage.output - usage.reasoning),
        (price.reasoning, usage.reasoning),
    )
    return sum(each * tokens for each, tokens in parts)


class Market:
    """Draws errands."""

    def __init__(self, seed: int) -> None:
        """Draw all from one seed."""
        self.chance = random.Random(seed)
        self._kinds: dict[str, tuple[int, Callable[[Price, int, int], tuple[Ending | None, int, int | None]]]] = {
            "whole": (68, self._whole),
            "own figure": (8, self._own_figure),
            "no usage": (4, self._no_usage),
            "absurd usage": (3, self._absurd),
            "overbilled by figure": (1, self._over_by_figure),
            "overbilled by usage": (1, self._over_by_usage),
            "not sent": (2, self._not_sent),
            "4xx": (4, self._refused),
            "5xx": (3, self._server_error),
            "cut": (4, self._cut),
            "unknown": (2, self._unknown),
        }
        self._draws = [kind for kind, (weight, _) in self._kinds.items() for _ in range(weight)]

    def errand(self) -> Errand:
        """Return the next call."""
        price = self.chance.choice(PRICES)
        bound, most = int(self.chance.random() * 4000) + 1, int(self.chance.random() * 1000) + 1
        worst = price.worst(bound, most)
        kind = self.chance.choice(self._draws)
        ending, billed, expected = self._kinds[kind][1](price, bound, most)
        if expected is None:  # nobody confirmed it: it counts in full, whatever the provider took
            billed, expected = self._up_to(worst), worst
        return Errand(price=price, worst=worst, kind=kind, ending=ending, billed=billed, expected=expected)

    def _up_to(self, most: int) -> int:
        return int(self.chance.random() * (most + 1))

    def _usage(self, bound: int, most: int) -> Usage:
        into, out = 1 + self._up_to(bound - 1), self._up_to(most)
        return Usage(input=into, cached=self._up_to(into), output=out, reasoning=self._up_to(out))

    def _whole(self, price: Price, bound: int, most: int) -> tuple[Ending, int, int]:
        usage = self._usage(bound, most)
        amount = cost(price, usage)
        return finished(usage), amount, amount

    def _own_figure(self, price: Price, bound: int, most: int) -> tuple[Ending, int, int]:
        usage = self._usage(bound, most)
        amount = self._up_to(cost(price, usage))
        return finished(usage, amount), amount, amount

    def _no_usage(self, _price: Price, _bound: int, _most: int) -> tuple[Ending, int, None]:
        return finished(None), 0, None

    def _absurd(self, _price: Price, _bound: int, _most: int) -> tuple[Ending, int, None]:
        return finished(self.chance.choice(ABSURD)), 0, None

    def _over_by_figure(self, price: Price, bound: int, most: int) -> tuple[Ending, int, int]:
        amount = price.worst(bound, most) + 1 + self._up_to(10**9)
        return finished(self._usage(bound, most), amount), amount, amount

    def _over_by_usage(self, price: Price, bound: int, most: int) -> tuple[Ending, int, int]:
        usage = Usage(input=bound, output=most * 3 + 50_000)
        amount = cost(price, usage)
        return finished(usage), amount, amount

    def _not_sent(self, _price: Price, _bound: int, _most: int) -> tuple[Ending, int, int]:
        error = ProviderError(ErrorCode.UNREACHABLE, retryable=True, maybe_billed=False)
        return self.chance.choice((Ending(error=error), Ending(cause=Wanted.PAUSE, sent=False))), 0, 0

    def _refused(self, _price: Price, _bound: int, _most: int) -> tuple[Ending, int, int]:
        code = self.chance.choice(CERTAINLY_NOT)
        return Ending(error=ProviderError(code, retryable=False, maybe_billed=False)), 0, 0

    def _server_error(self, _price: Price, _bound: int, _most: int) -> tuple[Ending, int, None]:
        return Ending(error=ProviderError(ErrorCode.SERVER_ERROR, retryable=True, maybe_billed=True)), 0, None

    def _cut(self, _price: Price, _bound: int, _most: int) -> tuple[Ending, int, None]:
        return Ending(cause=self.chance.choice((TimeLevel.SILENCE, TimeLevel.STEP, Wanted.PAUSE_NOW))), 0, None

    def _unknown(self, _price: Price, _bound: int, _most: int) -> tuple[None, int, None]:
        return None, 0, None
