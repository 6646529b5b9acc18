"""Whether and when a failed attempt is tried again."""

import random

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.task import RetryPolicy
from engine.runtime.retry import MAX_WAIT_S, PATIENCE_S, backoff, beyond_patience, wait_before


def test_no_more_than_max_retries() -> None:
    """The fourth retry of three is not made; none of zero is."""
    rng = random.Random(1)
    assert wait_before(RetryPolicy(max_retries=3), 3, None, rng) is not None
    assert wait_before(RetryPolicy(max_retries=3), 4, None, rng) is None
    assert wait_before(RetryPolicy(max_retries=0), 1, 5.0, rng) is None


@given(st.integers(1, 200), st.floats(1.0, 60.0), st.integers())
def test_backoff_is_full_jitter_under_the_exponential(retry: int, base: float, seed: int) -> None:
    """A wait lies between 0 and base ** retry, and never above the cap."""
    wait = backoff(RetryPolicy(backoff_base=base), retry, random.Random(seed))
    assert 0.0 <= wait <= MAX_WAIT_S
    assert retry > 60 or wait <= base**retry


def test_retry_after_is_the_least() -> None:
    """What the server asks for is waited, with at most a second on top."""
    rng = random.Random(1)
    wait = wait_before(RetryPolicy(), 1, 30.0, rng)
    assert wait is not None
    assert 30.0 <= wait <= 31.0


def test_who_asks_for_too_long_is_not_asked_again_by_itself() -> None:
    """An hour is waited, more is not, and no wait that was not asked for is too long."""
    rng = random.Random(1)
    assert wait_before(RetryPolicy(), 1, PATIENCE_S, rng) is not None
    assert wait_before(RetryPolicy(), 1, PATIENCE_S + 1, rng) is None
    assert [beyond_patience(seconds) for seconds in (None, 0.0, PATIENCE_S, 1e12)] == [False, False, False, True]
