"""Halves of characters: replaced where they stand, and nothing else is touched."""

from __future__ import annotations

import msgspec
import pytest

from engine.providers.chat import ChatAssembler, ChatDialect
from engine.providers.halves import without_halves


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb'"a\ud800b"', "a\ufffdb"),
        (rb'"a\uDC00b"', "a\ufffdb"),
        (rb'"\ud800\ud800\udc00"', "\ufffd\U00010000"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\\ud800 is written, \n\u0041"', "\\ud800 is written, \nA"),
        (b'"cut \xf0\x9f"', "cut \ufffd"),
        (b'"plain"', "plain"),
    ],
)
def test_only_halves_are_replaced(sent: bytes, read: str) -> None:
    """Pairs, and backslashes that are text, stay as they are."""
    assert msgspec.json.decode(without_halves(sent)) == read


def test_a_paid_reply_is_not_thrown_away_for_half_a_character() -> None:
    """It is taken with a mark where nobody can read it."""
    assembler = ChatAssembler(ChatDialect(), None)
    delta = assembler.feed(rb'{"choices":[{"index":0,"delta":{"content":"a\ud800b"}}]}')
    assert delta is not None and delta.text == "a\ufffdb"
