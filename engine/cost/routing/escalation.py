"""Whether a reply is what was asked for, and which model tries again when it is not.

A check costs nothing, so it is made of every reply: what it finds would otherwise be paid for again in every later step
that builds on it. A step climbs one tier at a time, within what remains, and no further than the highest there is.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from engine.cost.routing.port import Candidate, Choice, Place
from engine.cost.routing.select import Terms, select
from engine.domain.choice import Policy, Tier
from engine.domain.usage import FinishReason


class Fault(StrEnum):
    """What a reply lacks."""

    EMPTY = "empty"
    CUT = "cut"
    """Ended by its length."""
    REFUSED = "refused"
    NOT_AS_ASKED = "not_as_asked"
    """Not of the JSON schema that was asked for."""


def fault_of(text: str, finish: FinishReason | None, *, as_asked: bool = True) -> Fault | None:
    """Return what a reply fails in, the plainest first; `as_asked` says whether it is of the form that was asked."""
    if finish is FinishReason.CONTENT_FILTER:
        return Fault.REFUSED
    if not text.strip():
        return Fault.EMPTY
    if finish is FinishReason.LENGTH:
        return Fault.CUT
    return None if as_asked else Fault.NOT_AS_ASKED


def escalate(failed: Candidate, place: Place, budget_remaining: int | None, terms: Terms) -> Choice | None:
    """Return who tries a step again after a fault, a tier higher; None where nobody is, or it cannot be paid.

    What remains is without the failed reply, which was paid. A fixed model is never left.
    """
    if failed.tier is max(Tier) or terms.policy is Policy.FIXED:
        return None
    higher = replace(terms, at_least=max(terms.at_least, Tier(failed.tier + 1)))
    chosen = select(place, budget_remaining, higher)
    return chosen if isinstance(chosen, Choice) else None
