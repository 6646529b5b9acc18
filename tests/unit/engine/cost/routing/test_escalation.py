"""A reply that fails its check is tried again a tier higher, within budget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.cost.price import Price
from engine.cost.routing.escalation import Fault, escalate, fault_of
from engine.cost.routing.port import Candidate, Load, Place
from engine.cost.routing.select import Terms
from engine.domain.choice import Policy, Reason, Tier
from engine.domain.task import Complexity
from engine.domain.usage import FinishReason

FAST, BALANCED, QUALITY = (
    Candidate(provider="p", model=tier.name, tier=tier, price=Price(output=rate, reasoning=rate), context_limit=100)
    for tier, rate in zip(Tier, (1, 4, 20), strict=True)
)
TERMS = Terms(
    candidates=(FAST, BALANCED, QUALITY), load=Load(input=10, output=10, most_input=10, most_output=10, growth=0)
)


@pytest.mark.parametrize(
    ("text", "finish", "as_asked", "fault"),
    [
        ("An answer.", FinishReason.STOP, True, None),
        ("An answer.", None, True, None),
        (" \n", FinishReason.STOP, True, Fault.EMPTY),
        ("An ans", FinishReason.LENGTH, True, Fault.CUT),
        ("", FinishReason.CONTENT_FILTER, True, Fault.REFUSED),
        ("Sure! {", FinishReason.STOP, False, Fault.NOT_AS_ASKED),
    ],
)
def test_a_reply_is_checked(text: str, finish: FinishReason | None, as_asked: bool, fault: Fault | None) -> None:
    """Empty, cut, refused, not of the form that was asked."""
    assert fault_of(text, finish, as_asked=as_asked) is fault


def test_it_climbs_one_tier_at_a_time() -> None:
    """To the highest, and then no more."""
    chosen = escalate(FAST, Place(5, 10, Complexity.SIMPLE), None, TERMS)
    assert chosen is not None
    assert (chosen.candidate, chosen.reason) == (BALANCED, Reason.ESCALATED)
    assert escalate(QUALITY, Place(5, 10, Complexity.SIMPLE), None, TERMS) is None


def test_it_stays_within_what_remains() -> None:
    """39 do not pay for a reply of 40."""
    assert escalate(FAST, Place(9, 10, Complexity.SIMPLE), 39, TERMS) is None
    assert escalate(FAST, Place(9, 10, Complexity.SIMPLE), 40, TERMS) is not None


def test_a_fixed_model_is_never_left() -> None:
    """The person said which."""
    terms = replace(TERMS, policy=Policy.FIXED, fixed=FAST.key)
    assert escalate(FAST, Place(5, 10, Complexity.SIMPLE), None, terms) is None
