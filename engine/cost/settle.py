"""What a whole reply counts for: the rules of settling, as one pure function."""

from __future__ import annotations

from engine.cost.port import Price
from engine.domain.step import Flag
from engine.domain.usage import Usage

MAX_REPORTED = 10**18
"""A reported cost above a million dollars a call is absurd, whatever a server says."""


def settlement(
    held: int, price: Price, usage: Usage | None, reported_cost: int | None, *, text: bool = False
) -> tuple[int, tuple[Flag, ...]]:
    """Return (pico, flags) for a reply that is whole; `text` says whether it has any.

    The provider's own figure wins, else usage times price. A figure beyond sense, and usage that is missing, is of
    nothing at all or contradicts itself, settle at the hold. What is above the hold is recorded in full and flagged:
    the money is gone, whatever we had expected. A negative figure is none.
    """
    absurd = _absurd(usage, text=text)
    reported = reported_cost if reported_cost is not None and reported_cost >= 0 else None
    if reported is not None and reported <= MAX_REPORTED:
        amount, flags = reported, (Flag.ABSURD_USAGE,) if absurd else ()
    elif usage is None or absurd or reported is not None:
        doubt = (Flag.ABSURD_USAGE,) if absurd or reported is not None else ()
        return held, (*doubt, Flag.ASSUMED) if held else doubt
    else:
        amount, flags = price.cost(usage), ()
    return amount, (*flags, Flag.OVERBILLED) if amount > held else flags


def _absurd(usage: Usage | None, *, text: bool) -> bool:
    """Whether counts cannot be true: a prompt is never of no tokens, nor is text that came."""
    if usage is None:
        return False
    return usage.absurd() or not usage.input + usage.output or (text and not usage.output)
