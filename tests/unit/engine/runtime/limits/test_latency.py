"""Whether it answers slower because so much is asked, and whether that is worth it."""

from __future__ import annotations

from engine.runtime.limits.latency import EASED, LEAST, Latency, Verdict


def round_of(latency: Latency, epoch: int, limit: float, *, first_s: float, whole_s: float) -> Verdict:
    """Let a round pass at a limit; return what follows."""
    for _ in range(max(LEAST, int(limit))):
        latency.first(epoch, first_s, of=epoch)
        latency.done(epoch, whole_s)
    return latency.judge(limit, used=True, doubling=False)


def slowed(first_s: float = 0.5) -> Latency:
    """Return one that has just found answers slower, at 40 at once."""
    latency = Latency()
    assert round_of(latency, 1, 20, first_s=0.2, whole_s=2.0) is Verdict.NOTHING
    assert round_of(latency, 1, 40, first_s=first_s, whole_s=4.0) is Verdict.HOLD
    assert latency.trying
    return latency


def test_slower_answers_are_looked_into_at_a_lower_limit() -> None:
    """As many are finished: the rest only waited, and the lower limit stays."""
    latency = slowed()
    assert round_of(latency, 2, 40, first_s=0.5, whole_s=4.0) is Verdict.EASE
    assert round_of(latency, 3, 40 * EASED, first_s=0.3, whole_s=4.0 * EASED) is Verdict.STAY
    assert not latency.trying


def test_slower_answers_may_be_the_price_of_more_of_them() -> None:
    """Fewer are finished: the old limit comes back, and what was slow is usual now."""
    latency = slowed()
    round_of(latency, 2, 40, first_s=0.5, whole_s=4.0)
    assert round_of(latency, 3, 40 * EASED, first_s=0.5, whole_s=3.9) is Verdict.RESTORE
    assert latency.eased_from == 40
    assert round_of(latency, 3, 40, first_s=0.6, whole_s=4.0) is Verdict.NOTHING


def test_what_varies_a_little_or_is_not_asked_for_proves_nothing() -> None:
    """Nor what was sent at another limit, nor a limit of one."""
    latency = Latency()
    round_of(latency, 1, 20, first_s=0.2, whole_s=2.0)
    assert round_of(latency, 1, 20, first_s=0.4, whole_s=2.0) is Verdict.NOTHING
    assert round_of(latency, 1, 1, first_s=9.0, whole_s=9.0) is Verdict.NOTHING
    for _ in range(50):
        latency.first(1, 9.0, of=2)
    assert latency.judge(20, used=True, doubling=False) is Verdict.NOTHING
    for _ in range(50):
        latency.first(2, 9.0, of=2)
    assert latency.judge(20, used=False, doubling=False) is Verdict.NOTHING


def test_a_slow_start_that_went_too_far_is_told_after_a_few_answers() -> None:
    """Without comparing anything."""
    latency = Latency()
    for seconds, expected in ((0.2, Verdict.NOTHING), (0.6, Verdict.TOO_FAR)):
        for _ in range(LEAST):
            latency.first(0, seconds, of=0)
        assert latency.judge(500, used=True, doubling=True) is expected
    latency.forget()
    assert not latency.trying
