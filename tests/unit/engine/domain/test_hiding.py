"""Secrets in pieces, in halves, beside each other; and text that only looks like the beginning of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.hiding import HIDDEN, SHORTEST, Hider, hide, hide_bytes

KEY = "sk-canary-0123456789"


def shown(pieces: list[str], *secrets: str) -> str:
    """Return what comes out of a text in pieces."""
    hider = Hider(secrets or (KEY,))
    return "".join(map(hider.feed, pieces)) + hider.end()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 19, 20, 100])
def test_a_secret_in_pieces_is_hidden(size: int) -> None:
    """However a server cuts it."""
    text = f"your key is {KEY}, and {KEY}{KEY} again"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert shown(pieces) == f"your key is {HIDDEN}, and {HIDDEN}{HIDDEN} again"


@given(st.lists(st.sampled_from([*"sk-canry0", "sk-", "sk-canary-0123", "456789", KEY, " "])))
def test_any_pieces_come_out_as_the_whole_would(pieces: list[str]) -> None:
    """Nothing is lost, doubled or let through."""
    whole = "".join(pieces)
    assert shown(pieces) == hide(whole, (KEY,))
    assert KEY not in shown(pieces)


def test_what_only_begins_like_a_secret_is_not_lost() -> None:
    """It waits for the next piece, and comes out with it or at the end."""
    hider = Hider((KEY,))
    assert hider.feed("risk") == "ri"
    assert hider.feed("y") == "sky"
    assert hider.feed("as sk-") == "as "
    assert (hider.end(), hider.found) == ("sk-", False)


def test_the_better_part_of_a_secret_at_a_cut_end_is_hidden() -> None:
    """A connection that breaks in the middle of a key leaves none of it."""
    assert shown(["it is ", KEY[:-1]]) == f"it is {HIDDEN}"
    assert shown(["it is ", KEY[: SHORTEST - 1]]) == f"it is {KEY[: SHORTEST - 1]}"


def test_a_long_secret_is_hidden_too() -> None:
    """Of a kind whose beginnings nobody lists."""
    long = "abc/" * 1000
    text = f"x {long} abc"
    assert shown([text[at : at + 9] for at in range(0, len(text), 9)], long) == f"x {HIDDEN} abc"


def test_the_longer_of_two_is_hidden_whole() -> None:
    """Where one begins another."""
    assert shown([KEY + "-more"], KEY, KEY + "-more") == HIDDEN


def test_without_secrets_everything_passes_at_once() -> None:
    """No piece waits."""
    hider = Hider(("", ""))
    assert (hider.feed("sk-"), hider.end(), hider.found) == ("sk-", "", False)


@given(st.binary())
def test_bytes_without_a_secret_stay_as_they_are(data: bytes) -> None:
    """Whatever they are."""
    assert hide_bytes(data, (KEY,)) == data
    assert hide_bytes(data + KEY.encode() + b"\xff", (KEY,)) == data + HIDDEN.encode() + b"\xff"
