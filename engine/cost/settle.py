"""What a whole reply counts for: the rules of settling, as one pure function."""

from __future__ import annotations

from engine.cost.port import Price
from engine.domain.money import MOST_A_CALL
from engine.domain.step import Flag
from engine.domain.usage import Usage

MOST_APART = 20
"""A reported cost may differ from the computed by one part in so many before it is flagged: roundings, not prices."""


def settlement(
    held: int, price: Price, usage: Usage | None, reported_cost: int | None, *, text: bool = False
) -> tuple[int, tuple[Flag, ...]]:
    """Return (pico, flags) for a reply that is whole; `text` says whether it has any.

    The provider's own figure wins, else usage times price. A figure beyond sense, and usage that is missing, is of
    nothing at all or contradicts itself, settle at the hold. What is above the hold is recorded in full and flagged:
    the money is gone, whatever we had expected. A negative figure is none. A figure by the provider that is not what
    its usage costs by `price` is flagged, too, unless a stronger flag says so already.
    """
    absurd = _absurd(usage, text=text)
    reported = reported_cost if reported_cost is not None and reported_cost >= 0 else None
    computed = price.cost(usage) if usage is not None and not absurd else None
    figure = computed if reported is None else reported
    beyond = figure is not None and figure > max(held, MOST_A_CALL)
    doubt = (Flag.ABSURD_USAGE,) if absurd or beyond else ()
    if figure is None or beyond:
        return held, (*doubt, Flag.ASSUMED) if held else doubt
    if figure > held:
        return figure, (*doubt, Flag.OVERBILLED)
    return figure, (*doubt, Flag.DIFFERS) if _apart(reported, computed) else doubt


def _apart(reported: int | None, computed: int | None) -> bool:
    """Whether both are known and are not the same but for rounding."""
    if reported is None or computed is None:
        return False
    return abs(reported - computed) * MOST_APART > computed


def _absurd(usage: Usage | None, *, text: bool) -> bool:
    """Whether counts cannot be true: a prompt is never of no tokens, nor is text that came."""
    if usage is None:
        return False
    return usage.absurd() or not usage.input + usage.output or (text and not usage.output)
