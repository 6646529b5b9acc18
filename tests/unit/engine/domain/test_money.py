"""Money: exact integers, in and out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.money import MOST, PICO, decimal, parse, per_million, plain

AMOUNTS = st.integers(0, MOST)


@pytest.mark.parametrize(
    ("text", "pico"),
    [
        ("2", 2 * PICO),
        ("$0.05", PICO // 20),
        ("1,5", 3 * PICO // 2),
        (" 3.0 $ ", 3 * PICO),
        (".25", PICO // 4),
        ("٣", 3 * PICO),
        ("0.000000000001", 1),
        ("0.1", PICO // 10),
        ("999999.999999999999", MOST - 1),
        ("1000000", MOST),
    ],
)
def test_amounts_as_people_type_them(text: str, pico: int) -> None:
    """To the last digit: 0.1 is a tenth, not what a float makes of it."""
    assert parse(text) == pico


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "1e3",
        "NaN",
        "Infinity",
        "1.2.3",
        "1 000",
        "0x10",
        "1.0000000000001",
        "$",
        "1" * 13,
        "1000000.01",
        "1\n2",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    """Is refused, never guessed."""
    with pytest.raises(ValueError):  # noqa: PT011 - the text itself is the message
        parse(text)


@given(AMOUNTS)
def test_what_is_printed_can_be_typed(pico: int) -> None:
    """`plain` and `parse` are each other's inverse."""
    assert parse(plain(pico)) == pico


@given(st.lists(AMOUNTS, max_size=20))
def test_sums_are_exact(amounts: list[int]) -> None:
    """The decimal of a sum is the sum of the decimals."""
    assert decimal(sum(amounts)) == sum((decimal(a) for a in amounts), Decimal(0))


@pytest.mark.parametrize(
    ("pico", "text"), [(0, "0"), (PICO, "1"), (PICO // 10, "0.1"), (1, "0.000000000001"), (-PICO, "-1")]
)
def test_the_shortest_exact_text(pico: int, text: str) -> None:
    """No exponent, no trailing zeros."""
    assert plain(pico) == text


@pytest.mark.parametrize(
    ("dollars", "pico"), [("0.42", 420_000), ("15", 15_000_000), (8, 8_000_000), ("0", 0), ("0.000001", 1)]
)
def test_a_published_price_is_exact_a_token(dollars: str | int, pico: int) -> None:
    """Dollars per million tokens are whole pico a token."""
    assert per_million(dollars) == pico


def test_a_price_finer_than_the_unit_is_rounded_up() -> None:
    """What is held is never a part short, and a price is never nothing."""
    assert [per_million(text) for text in ("0.1234567", "0.000000000001", "0")] == [123_457, 1, 0]
