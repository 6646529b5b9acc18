"""Whether and when a failed attempt is tried again: pure decisions, one table.

What a failure means for the next attempt depends on its class (`CURES`) and on what it may have cost: a crowd that
refuses costs nothing to ask again, a reply that broke off is likely paid each time. So retries after attempts whose
reply had begun, or that were waited for in vain, are counted apart (`max_billed`), over all routes of a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.domain.clock import Random
from engine.domain.errors import ErrorCode
from engine.domain.task import RetryPolicy
from engine.runtime.failure import Cure

if TYPE_CHECKING:
    from engine.providers.port import ProviderError
    from engine.runtime.failure import Failure

MAX_WAIT_S = 300.0
"""The longest wait between two attempts, whatever the arithmetic says."""

PATIENCE_S = 3600.0
"""The longest wait that a server may ask for, and the longest time of refusals for its limits that count as none. Who
asks for more means no crowd but a used-up allowance: asking again sooner would only be refused, waiting on would look
like a task that hangs, so it stops and a person decides."""

GARBLED = 1
"""Times that a step is asked again by itself whose replies cannot be read. The server was at work and may bill each,
and what it garbles once it mostly garbles again: the person decides on more."""

OVERLOADED = frozenset({503, 529})
"""What a server answers that has no room for anybody."""


CURES: Mapping[ErrorCode, Cure] = dict.fromkeys(
    (
        ErrorCode.UNREACHABLE,
        ErrorCode.TLS,
        ErrorCode.WRONG_KEY,
        ErrorCode.NO_KEY,
        ErrorCode.INVALID_KEY,
        ErrorCode.FORBIDDEN,
        ErrorCode.NO_CREDIT,
        ErrorCode.UNKNOWN_MODEL,
        ErrorCode.UNKNOWN_PROVIDER,
        ErrorCode.NO_SERVICE,
        ErrorCode.INVALID_URL,
        ErrorCode.INSECURE_URL,
        ErrorCode.BAD_REQUEST,
        ErrorCode.CONTEXT_OVERFLOW,
        ErrorCode.RATE_LIMITED,
        ErrorCode.SERVER_ERROR,
        ErrorCode.GARBAGE,
        ErrorCode.TOO_LARGE,
        ErrorCode.ENCODED_BODY,
        ErrorCode.REDIRECTED,
        ErrorCode.EMPTY_REPLY,
        ErrorCode.CONTENT_FILTERED,
        ErrorCode.MODEL_NOT_INSTALLED,
        ErrorCode.MODEL_FILE,
        ErrorCode.MODEL_DIED,
        ErrorCode.PRICE_UNKNOWN,
        ErrorCode.FENCED,
    ),
    Cure.ELSEWHERE,
)
"""What helps where the provider says that asking it again does not; what is not here, nothing helps."""


def cure(error: ProviderError) -> Cure:
    """Return what may help after an error of a provider."""
    if not error.retryable:
        return CURES.get(error.code, Cure.NEVER)
    if error.status in OVERLOADED or beyond_patience(error.retry_after_s):
        return Cure.AGAIN_OR_ELSEWHERE
    return Cure.AGAIN


def backoff(policy: RetryPolicy, retry: int, rng: Random) -> float:
    """Seconds before the `retry`-th retry (1-based): exponential with full jitter.

    (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
    """
    exponent = min(retry, 64)
    return rng.random() * min(MAX_WAIT_S, policy.backoff_base**exponent)


def wait_before(policy: RetryPolicy, retry: int, retry_after_s: float | None, rng: Random) -> float | None:
    """Seconds to wait before the `retry`-th retry on a route, or None when there is none to make.

    A server's Retry-After is honoured as the least, with the jitter on top so that a crowd does not return at once.
    """
    if retry > policy.max_retries or beyond_patience(retry_after_s):
        return None
    wait = backoff(policy, retry, rng)
    if retry_after_s is None:
        return wait
    return retry_after_s + min(wait, 1.0)


def is_crowded(error: ProviderError | None) -> bool:
    """Whether a server refuses for its limits, for no longer than is waited by itself: only waiting helps."""
    if error is None or error.code is not ErrorCode.RATE_LIMITED or not error.retryable:
        return False
    return not beyond_patience(error.retry_after_s)


def wait_in_crowd(policy: RetryPolicy, refusals: int, retry_after_s: float | None, rng: Random) -> float:
    """Seconds to wait after so many refusals in one step for a server's limits, before standing in line again."""
    wait = backoff(policy, min(refusals, policy.max_retries), rng)
    return wait if retry_after_s is None else retry_after_s + min(wait, 1.0)


def is_garbled(error: ProviderError | None) -> bool:
    """Whether a reply came that cannot be read and may have been billed."""
    return error is not None and error.code is ErrorCode.GARBAGE and error.maybe_billed


def wait_after(
    policy: RetryPolicy, failures: Sequence[Failure], here: int, rng: Random, *, switches: bool
) -> float | None:
    """Seconds from the last of a step's `failures` to its next attempt, or None when there is none to make.

    `here` of them, the last ones, were on one route; where the next attempt `switches` to another, it goes at once.
    """
    last = failures[-1]
    if sum(each.billed for each in failures) > policy.max_billed:
        return None
    if switches:
        return 0.0
    return wait_before(policy, here, last.after_s, rng) if last.cure.here else None


def beyond_patience(retry_after_s: float | None) -> bool:
    """Whether a server asks to wait for longer than is waited without a person's word."""
    return retry_after_s is not None and retry_after_s > PATIENCE_S
