"""What is expected, in words: an amount with its span, a time with its own, or a plain bound."""

from __future__ import annotations

import pytest

from engine.face import PICO, Foresight, Span
from ui.cost.foresight import foresight_text
from ui.text import load_words

WORDS = load_words()
MIDDLE = Span(low=0.08 * PICO, middle=0.12 * PICO, high=0.2 * PICO)
TIME = Span(low=240, middle=360, high=540)
FREE = Span(low=0, middle=0, high=0)
SHORT = Span(low=3, middle=4, high=5)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (Foresight(cost=MIDDLE, seconds=TIME, tasks=9), "about $0.1200 ($0.0800\u20130.2000), 4\u20139 min"),
        (Foresight(cost=FREE, seconds=SHORT, tasks=9), "3\u20135 s"),
        (Foresight(most=2 * PICO), "nothing like it is finished yet to tell from · at most $2.00"),
        (Foresight(), "nothing like it is finished yet to tell from"),
    ],
)
def test_what_is_expected_is_said_with_how_sure_that_is(told: Foresight, text: str) -> None:
    """And what nobody knows is no interval."""
    assert foresight_text(told, WORDS) == text


def test_a_context_that_fills_up_is_said() -> None:
    """With what to do about it."""
    assert "step 7" in foresight_text(Foresight(full_at=7), WORDS)
