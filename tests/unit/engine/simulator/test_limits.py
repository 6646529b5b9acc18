"""Limits that a server has and does not tell."""

from __future__ import annotations

from engine.simulator.limits import HURRY_S, HiddenLimits, Limiter, written


def test_so_many_at_once_and_no_more() -> None:
    """Who leaves makes room."""
    limiter = Limiter(HiddenLimits(at_once=2))
    assert [limiter.arrive(1, 0.0) for _ in range(2)] == [None, None]
    refusal = limiter.arrive(1, 0.0)
    assert refusal is not None
    assert refusal.retry_after_s == HURRY_S
    limiter.leave()
    assert limiter.arrive(1, 0.0) is None


def test_a_bucket_refills_and_a_window_begins_anew() -> None:
    """Both say so in their headers, as OpenAI writes them."""
    for refills, seconds in ((True, 1.0), (False, 60.0)):
        limiter = Limiter(HiddenLimits(requests=60, refills=refills))
        for _ in range(60):
            assert limiter.arrive(1, 0.0) is None
        refusal = limiter.arrive(1, 0.0)
        assert refusal is not None
        assert round(refusal.retry_after_s, 6) == seconds
        said = limiter.headers(0.0, refusal)
        assert (said["x-ratelimit-remaining-requests"], said["x-ratelimit-reset-requests"]) == ("0", "1m0s")
        assert limiter.arrive(1, seconds) is None


def test_it_may_say_nothing() -> None:
    """No headers, no time to wait."""
    limiter = Limiter(HiddenLimits(tokens=100, headers=False, retry_after=False))
    limiter.arrive(100, 0.0)
    assert limiter.headers(0.0, limiter.arrive(1, 0.0)) == {}
    assert [written(seconds) for seconds in (0.12, 17.5, 360.0)] == ["120ms", "17.500s", "6m0s"]
