"""Counts and amounts as servers state them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.money import PICO
from engine.domain.usage import Usage
from engine.providers.usage import BEYOND_SENSE, MAX_FIGURE, read_cost, read_dollars, read_usage


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        (b'{"prompt_tokens":5,"completion_tokens":2}', Usage(input=5, output=2)),
        (
            (
                b'{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":4},'
                b'"completion_tokens_details":{"reasoning_tokens":6}}'
            ),
            Usage(input=9, cached=4, output=8, reasoning=6),
        ),
        (
            b'{"prompt_tokens":9,"completion_tokens":8,"prompt_cache_hit_tokens":3,"prompt_tokens_details":null}',
            Usage(input=9, cached=3, output=8),
        ),
        (
            b'{"prompt_tokens":9,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":5}}',
            Usage(input=9, cached=4, written=5, output=8),
        ),
        (b'{"prompt_tokens":-5,"completion_tokens":2}', Usage(input=-5, output=2)),
        (b'{"prompt_tokens":1%s,"completion_tokens":2}' % (b"0" * 40), Usage(input=MAX_FIGURE, output=2)),
        (b'{"prompt_tokens":"5"}', None),
        (b'{"prompt_tokens":1.5}', None),
        (b'{"prompt_tokens":null}', None),
        (b"[]", None),
    ],
)
def test_usage(raw: bytes, usage: Usage | None) -> None:
    """Counts as reported, absurd ones too; None where they cannot be read."""
    assert read_usage(raw) == usage


@pytest.mark.parametrize(
    ("stated", "pico"),
    [
        ("0.0012", 1_200_000_000),
        ('"1.5"', 3 * PICO // 2),
        ("1e-13", 1),
        ("0", 0),
        ("-0.5", -PICO // 2),
        ("NaN", None),
        ("9999999999", 9_999_999_999 * PICO),
        ("1e10", BEYOND_SENSE),
        ("1e400", BEYOND_SENSE),
        ("1e99999999", BEYOND_SENSE),
        ("-1e400", None),
        ("x", None),
        ("", None),
    ],
)
def test_reported_cost_is_exact(stated: str, pico: int | None) -> None:
    """Dollars become pico without a float between, rounded up."""
    assert read_dollars(stated) == pico


@pytest.mark.parametrize(
    ("raw", "pico"),
    [
        (b'{"cost":0.25}', PICO // 4),
        (b'{"cost":0.25,"is_byok":false}', PICO // 4),
        (b'{"cost":0.25,"is_byok":true}', None),
        (b"{}", None),
        (b'{"cost":null}', None),
    ],
)
def test_cost_beside_the_counts(raw: bytes, pico: int | None) -> None:
    """As OpenRouter reports it."""
    assert read_cost(raw) == pico


@given(st.binary(max_size=60))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    """Nothing a server states raises."""
    read_usage(raw)
    read_cost(raw)
