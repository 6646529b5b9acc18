"""Reads what a server says was used and billed. Figures are kept as reported, absurd or not: the ledger judges them."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal, InvalidOperation

import msgspec

from engine.domain.money import MOST_A_CALL, PICO
from engine.domain.usage import Usage

MAX_FIGURE = 2**62
"""A count above this is absurd already, and still fits the store's integers."""
MOST_DIGITS = 10
"""Of dollars before the point: an amount with more is not worked out, and stands for itself as `BEYOND_SENSE`."""
BEYOND_SENSE = 10**MOST_DIGITS * PICO
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding hostile JSON raises."""


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: int | None = None


class _Cost(msgspec.Struct):
    cost: msgspec.Raw = msgspec.Raw(b"null")
    is_byok: bool | None = None
    """Made with a key of the person's own with the model's maker, who bills it, too: the figure is not all of it."""


class _Billed(msgspec.Struct):
    total_cost: msgspec.Raw = msgspec.Raw(b"null")
    is_byok: bool | None = None


class _Generation(msgspec.Struct):
    data: _Billed


_USAGE = msgspec.json.Decoder(_Usage)
_COST = msgspec.json.Decoder(_Cost)
_GENERATION = msgspec.json.Decoder(_Generation)


def read_usage(raw: bytes) -> Usage | None:
    """Return the counts a server reports; None where they cannot be read."""
    try:
        found = _USAGE.decode(raw)
    except UNREADABLE:
        return None
    if found.prompt_tokens is None and found.completion_tokens is None:
        return None
    prompt, completion = found.prompt_tokens_details, found.completion_tokens_details
    cached = prompt.cached_tokens if prompt is not None else None
    reasoning = completion.reasoning_tokens if completion is not None else None
    return Usage(
        input=_figure(found.prompt_tokens),
        cached=_figure(found.prompt_cache_hit_tokens if cached is None else cached),
        output=_figure(found.completion_tokens),
        reasoning=_figure(reasoning),
        written=_figure(prompt.cache_write_tokens if prompt is not None else None),
    )


def _figure(count: int | None) -> int:
    return max(-MAX_FIGURE, min(count or 0, MAX_FIGURE))


def read_dollars(text: str) -> int | None:
    """Return pico for a decimal amount a server states, exact and rounded up; None for what is no amount."""
    try:
        amount = Decimal(text.strip().strip('"'))
        if not amount.is_finite():
            return None
        if amount.adjusted() >= MOST_DIGITS:
            return BEYOND_SENSE if amount > 0 else None
        return int((amount * PICO).to_integral_value(ROUND_CEILING))
    except (InvalidOperation, ValueError):
        return None


def read_cost(raw: bytes) -> int | None:
    """Return pico for the `cost` beside the counts (OpenRouter), in dollars; None where there is none."""
    try:
        found = _COST.decode(raw)
        return None if found.is_byok else read_dollars(bytes(found.cost).decode())
    except UNREADABLE:
        return None


def read_billed(raw: bytes) -> int | None:
    """Return pico for `data.total_cost` (OpenRouter's generation), in dollars; None for what is no cost of a call."""
    try:
        found = _GENERATION.decode(raw).data
        amount = None if found.is_byok else read_dollars(bytes(found.total_cost).decode())
    except UNREADABLE:
        return None
    return amount if amount is not None and 0 <= amount <= MOST_A_CALL else None
