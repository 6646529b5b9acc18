"""What a whole reply counts for: the rules of settling, as one pure function."""

from __future__ import annotations

from engine.cost.port import Price
from engine.domain.step import Flag
from engine.domain.usage import Usage

MAX_REPORTED = 10**18
"""A reported cost above a million dollars a call is absurd, whatever a server says."""


def settlement(held: int, price: Price, usage: Usage | None, reported_cost: int | None) -> tuple[int, tuple[Flag, ...]]:
    """Return (pico, flags) for a reply that is whole.

    The provider's own figure wins, else usage times price. Usage that is missing or contradicts itself settles at the
    hold. What is above the hold is recorded in full and flagged: the money is gone, whatever we had expected.
    """
    absurd = usage is not None and usage.absurd()
    if reported_cost is not None and 0 <= reported_cost <= MAX_REPORTED:
        amount, flags = reported_cost, (Flag.ABSURD_USAGE,) if absurd else ()
    elif usage is None or absurd:
        doubt = (Flag.ABSURD_USAGE,) if absurd else ()
        return held, (*doubt, Flag.ASSUMED) if held else doubt
    else:
        amount, flags = price.cost(usage), ()
    return amount, (*flags, Flag.OVERBILLED) if amount > held else flags
