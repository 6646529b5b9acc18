"""What an attempt's ending says of its provider."""

from __future__ import annotations

import pytest

from engine.domain.errors import ErrorCode
from engine.domain.states import TimeLevel, Wanted
from engine.domain.usage import FinishReason, Usage
from engine.providers.port import Finished, ProviderError
from engine.runtime.attempt import Ending
from engine.runtime.limits.answer import Answer, KeyRefused, Nothing, Refused, There, answer_of
from engine.runtime.limits.circuit import Failure


def failed(code: ErrorCode, *, retry_after_s: float | None = None) -> ProviderError:
    """Return an error of a provider."""
    return ProviderError(code, retryable=True, maybe_billed=False, retry_after_s=retry_after_s)


def finished(usage: Usage | None) -> Finished:
    """Return a whole reply."""
    return Finished(FinishReason.STOP, usage, None, b"")


@pytest.mark.parametrize(
    ("ending", "answer"),
    [
        (Ending(finished=finished(Usage(input=3, output=4))), There(whole=True, tokens=7)),
        (Ending(finished=finished(None)), There(whole=True)),
        (Ending(finished=finished(Usage(input=-3, output=4))), There(whole=True)),
        (Ending(error=failed(ErrorCode.RATE_LIMITED, retry_after_s=9.0)), Refused(asked_s=9.0)),
        (Ending(error=failed(ErrorCode.WRONG_KEY)), KeyRefused(code=ErrorCode.WRONG_KEY)),
        (Ending(error=failed(ErrorCode.NO_CREDIT)), KeyRefused(code=ErrorCode.NO_CREDIT)),
        (Ending(error=failed(ErrorCode.UNREACHABLE)), Failure(code="unreachable", points=2)),
        (Ending(error=failed(ErrorCode.SERVER_ERROR, retry_after_s=5.0)), Failure(code="server_error", asked_s=5.0)),
        (Ending(error=failed(ErrorCode.CUT), first_token_s=0.1), There()),
        (Ending(error=failed(ErrorCode.BAD_REQUEST)), There()),
        (Ending(cause=TimeLevel.FIRST_TOKEN), Failure(code="first_token")),
        (Ending(cause=TimeLevel.SILENCE, first_token_s=0.1), There()),
    ],
)
def test_an_ending_says(ending: Ending, answer: Answer) -> None:
    """There, away, or refusing, by code, cause and what came before."""
    assert answer_of(ending) == answer


def test_what_never_left_or_was_cut_by_us_says_nothing() -> None:
    """A wish, a step's own limit, an error before sending."""
    unsent = Ending(error=failed(ErrorCode.STORE_FAILED), sent=False)
    for ending in (Ending(cause=Wanted.PAUSE_NOW), Ending(cause=TimeLevel.STEP), unsent):
        assert isinstance(answer_of(ending), Nothing)
