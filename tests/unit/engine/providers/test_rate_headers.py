"""What servers say of their limits, and what hostile ones say."""

from __future__ import annotations

import pytest

from engine.domain.allowance import SILENT, Allowance, RateReport
from engine.providers.rate_headers import MAX_RESET_S, count, read_report, until

NOW_MS = 1_795_521_600_000


def test_openai_headers_are_read() -> None:
    """Requests and tokens, with times as Go writes them."""
    headers = {
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": "9999",
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-limit-tokens": "200000",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-tokens": "1m15.004s",
    }
    assert read_report(headers, NOW_MS) == RateReport(
        requests=Allowance(limit=10_000, remaining=9_999, reset_s=0.006),
        tokens=Allowance(limit=200_000, remaining=149_984, reset_s=75.004),
    )


def test_other_servers_headers_are_read() -> None:
    """Anthropic's, with a date, and the short form that means requests."""
    anthropic = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-11-24T12:00:30Z",
    }
    assert read_report(anthropic, NOW_MS).requests == Allowance(limit=50, remaining=49, reset_s=30.0)
    short = {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW_MS + 4_000)}
    assert read_report(short, NOW_MS).requests == Allowance(limit=20, remaining=0, reset_s=4.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("120ms", 0.12),
        ("1h2m3s", 3723.0),
        ("17.5", 17.5),
        ("-3", 0.0),
        (str(NOW_MS // 1000 + 9), 9.0),
        ("2020-01-01T00:00:00Z", 0.0),
        ("999999999h", MAX_RESET_S),
        ("2026-11-24T12:00:30", None),
        ("nan", None),
        ("inf", None),
        ("9" * 400, MAX_RESET_S),
        ("6m0s; drop table", None),
        ("soon", None),
        ("", None),
    ],
)
def test_times_are_sane_or_not_there(text: str, seconds: float | None) -> None:
    """Never negative, never beyond a day, never a guess."""
    assert until(text, NOW_MS) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("-7", 0), ("1e3", 1000), ("1e300", None), ("nan", None), ("٣", 3), ("x", None)]
)
def test_counts_are_sane_or_not_there(text: str, number: int | None) -> None:
    """What is absurd is as good as not said."""
    assert count(text) == number


def test_a_server_that_says_nothing_or_nonsense_is_silent() -> None:
    """A limit of nothing beside an answer is nonsense."""
    assert read_report({"date": "today"}, NOW_MS) is SILENT
    nonsense = {"x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0"}
    assert not read_report(nonsense, NOW_MS).requests.says
