"""What a whole reply counts for."""

from __future__ import annotations

import pytest

from engine.cost.port import Price
from engine.cost.settle import settlement
from engine.domain.money import MOST_A_CALL
from engine.domain.step import Flag
from engine.domain.usage import Usage

PRICE = Price(input=10, cached_input=2, cache_write=12, output=100, reasoning=100)
USAGE = Usage(input=10, cached=4, output=5, reasoning=2)
COST = 6 * 10 + 4 * 2 + 5 * 100


@pytest.mark.parametrize(
    ("usage", "reported", "amount", "flags"),
    [
        (USAGE, None, COST, ()),
        (USAGE, 7, 7, (Flag.DIFFERS,)),
        (None, 7, 7, ()),
        (USAGE, 0, 0, (Flag.DIFFERS,)),
        (None, None, 1000, (Flag.ASSUMED,)),
        (Usage(output=-5), None, 1000, (Flag.ABSURD_USAGE, Flag.ASSUMED)),
        (Usage(output=-5), 7, 7, (Flag.ABSURD_USAGE,)),
        (USAGE, -1, COST, ()),
        (USAGE, MOST_A_CALL, MOST_A_CALL, (Flag.OVERBILLED,)),
        (USAGE, MOST_A_CALL + 1, 1000, (Flag.ABSURD_USAGE, Flag.ASSUMED)),
        (Usage(), None, 1000, (Flag.ABSURD_USAGE, Flag.ASSUMED)),
        (USAGE, 1000, 1000, (Flag.DIFFERS,)),
        (USAGE, 1001, 1001, (Flag.OVERBILLED,)),
        (Usage(input=1, output=100), None, 10_010, (Flag.OVERBILLED,)),
    ],
    ids=[
        "usage times price",
        "the provider's own figure wins",
        "also without usage",
        "also when it is nothing",
        "no usage: the hold",
        "absurd usage: the hold",
        "absurd usage beside a figure",
        "a negative figure is not believed",
        "the largest that is: in full",
        "one beyond sense is not: the hold",
        "usage of nothing at all: the hold",
        "exactly the hold is as expected",
        "above the hold: in full",
        "usage above the hold: in full",
    ],
)
def test_rules(usage: Usage | None, reported: int | None, amount: int, flags: tuple[Flag, ...]) -> None:
    """Each rule of settling, at a hold of 1,000 pico."""
    assert settlement(1000, PRICE, usage, reported) == (amount, flags)


@pytest.mark.parametrize(("reported", "flagged"), [(474, True), (475, False), (500, False), (525, False), (526, True)])
def test_a_figure_over_five_percent_apart_is_flagged(reported: int, flagged: bool) -> None:
    """It holds all the same: the provider's own word wins, and the person sees that our price is not theirs."""
    amount, flags = settlement(1000, PRICE, Usage(input=50), reported)
    assert (amount, Flag.DIFFERS in flags) == (reported, flagged)


def test_a_figure_with_nothing_to_hold_it_against_is_not_flagged() -> None:
    """No usage, or none that is believed."""
    assert settlement(1000, PRICE, None, 7) == (7, ())
    assert settlement(1000, PRICE, Usage(output=-5), 7) == (7, (Flag.ABSURD_USAGE,))


def test_text_that_came_for_no_tokens_is_not_believed() -> None:
    """An aggregator that counts no output of a reply that has some is wrong, or not done."""
    silent = Usage(input=10)
    assert settlement(1000, PRICE, silent, None, text=True) == (1000, (Flag.ABSURD_USAGE, Flag.ASSUMED))
    assert settlement(1000, PRICE, silent, None) == (100, ())
    assert settlement(1000, PRICE, silent, 7, text=True) == (7, (Flag.ABSURD_USAGE,))


def test_a_free_model_is_never_in_doubt() -> None:
    """Nothing was held, so nothing has to be assumed."""
    assert settlement(0, Price(), None, None) == (0, ())
    assert settlement(0, Price(), Usage(output=-1), None) == (0, (Flag.ABSURD_USAGE,))


def test_a_cost_by_usage_has_the_same_bound() -> None:
    """Counts that could be, at a price that could be, and a product that could not."""
    dear = Price(input=MOST_A_CALL // 1000)
    assert settlement(5, dear, Usage(input=1000), None) == (MOST_A_CALL, (Flag.OVERBILLED,))
    assert settlement(5, dear, Usage(input=1001), None) == (5, (Flag.ABSURD_USAGE, Flag.ASSUMED))


def test_what_was_held_for_it_is_believed_however_much_it_is() -> None:
    """A person who priced a model beyond sense, and let it go, hears the same of its bill."""
    held = 3 * MOST_A_CALL
    assert settlement(held, PRICE, USAGE, held) == (held, (Flag.DIFFERS,))
    assert settlement(held, PRICE, USAGE, held + 1) == (held, (Flag.ABSURD_USAGE, Flag.ASSUMED))
