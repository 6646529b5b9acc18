"""Money as integers of 10**-12 US dollars ("pico"), because sums of floats drift and a budget must not.

One million tokens at $0.42 is 420,000 pico a token: every published price is exact in this unit. Amounts that
people type come in through `parse`, amounts that people read go out through `decimal`. Nothing else converts.
"""

import re
from decimal import Decimal, InvalidOperation

PICO = 10**12
"""Pico in one US dollar."""

MILLION = 10**6

MOST = 1_000_000 * PICO
"""The largest amount that anyone may type: more than is meant, and well inside what the store counts in."""
MOST_A_CALL = 1_000 * PICO
"""The largest bill of one call that is believed, whoever tells it: no call of today costs a tenth of it."""
MOST_COUNTED = 2 * MOST
"""What all calls together may come to, limit or none: the room above it, in 64 bits, is for 7,000 bills of
`MOST_A_CALL` that come in at the same time above what was held for them."""
_THOUSANDS = re.compile(r"\$?\s*\d{1,3},\d{3}\s*\$?")
"""A thousand to some and one to others ("1,000"): taken for neither."""
_AMOUNT = re.compile(r"\$?\s*(\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})\s*\$?")


def parse(text: str) -> int:
    """Return pico for an amount in dollars as a person types it ("2", "$0.05", "1,5"); never negative.

    Raises:
        ValueError: the text is not an amount, is negative, may be one of two, is above `MOST`, or has more than twelve
            decimals.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or _THOUSANDS.fullmatch(text.strip()):
        raise ValueError(text)
    try:
        pico = int(Decimal(match[1].replace(",", ".")) * PICO)
    except InvalidOperation:
        raise ValueError(text) from None
    if pico > MOST:
        raise ValueError(text)
    return pico


def per_million(dollars: str | int) -> int:
    """Return pico a token for a price in dollars per million tokens, rounded up: what is held is never a part short.

    Raises ValueError as `parse` does.
    """
    return -(-parse(str(dollars)) // MILLION)


def decimal(pico: int) -> Decimal:
    """Return dollars, exactly."""
    return Decimal(pico).scaleb(-12)


def plain(pico: int) -> str:
    """Return dollars as the shortest exact decimal ("0.0123"), for files and machines."""
    text = f"{decimal(pico):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
