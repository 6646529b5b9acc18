"""Text of any shape is laid out in time that grows with its length and no faster."""

from __future__ import annotations

from ui.long_lines import LONGEST, broken, unbroken


def test_ordinary_text_stays_as_it_is() -> None:
    """Lines with spaces are no trouble, however long."""
    text = "word " * 10_000 + "\n" + "x" * LONGEST
    assert not unbroken(text)
    assert broken(text) is text


def test_a_word_without_end_is_broken_for_show() -> None:
    """Nothing of it is lost, and no part is longer than what is laid out quickly."""
    text = "begin " + "x" * (3 * LONGEST + 1) + " end"
    assert unbroken(text)
    shown = broken(text)
    assert shown.replace("\n", "") == text
    assert max(len(word) for word in shown.split()) == LONGEST
    assert broken(shown) == shown
