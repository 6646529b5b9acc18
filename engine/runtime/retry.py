"""Whether and when a failed attempt is tried again: pure decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.errors import ErrorCode

if TYPE_CHECKING:
    from engine.domain.clock import Random
    from engine.domain.task import RetryPolicy
    from engine.providers.port import ProviderError

MAX_WAIT_S = 300.0
"""The longest wait between two attempts, whatever the arithmetic says."""

PATIENCE_S = 3600.0
"""The longest wait that a server may ask for. Who asks for more means no crowd but a used-up allowance: asking again
sooner would only be refused, waiting on would look like a task that hangs, so it stops and a person decides."""

GARBLED = 1
"""Times that a step is asked again by itself whose replies cannot be read. The server was at work and may bill each,
and what it garbles once it mostly garbles again: the person decides on more."""


def backoff(policy: RetryPolicy, retry: int, rng: Random) -> float:
    """Seconds before the `retry`-th retry (1-based): exponential with full jitter.

    (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
    """
    exponent = min(retry, 64)
    return rng.random() * min(MAX_WAIT_S, policy.backoff_base**exponent)


def wait_before(policy: RetryPolicy, retry: int, retry_after_s: float | None, rng: Random) -> float | None:
    """Seconds to wait before the `retry`-th retry of a step, or None when there is none to make.

    A server's Retry-After is honoured as the least, with the jitter on top so that a crowd does not return at once.
    """
    if retry > policy.max_retries or beyond_patience(retry_after_s):
        return None
    wait = backoff(policy, retry, rng)
    if retry_after_s is None:
        return wait
    return retry_after_s + min(wait, 1.0)


def is_garbled(error: ProviderError | None) -> bool:
    """Whether a reply came that cannot be read and may have been billed."""
    return error is not None and error.code is ErrorCode.GARBAGE and error.maybe_billed


def beyond_patience(retry_after_s: float | None) -> bool:
    """Whether a server asks to wait for longer than is waited without a person's word."""
    return retry_after_s is not None and retry_after_s > PATIENCE_S
