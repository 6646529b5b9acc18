"""What an attempt's ending says of its provider: that it is there, refuses for a limit or a key, or is away. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.errors import ErrorCode
from engine.domain.states import TimeLevel
from engine.runtime.limits.circuit import Failure

if TYPE_CHECKING:
    from engine.runtime.attempt import Ending

KEY_CODES = frozenset({ErrorCode.WRONG_KEY, ErrorCode.NO_CREDIT, ErrorCode.NO_KEY})
"""What only the person can mend, at the provider or in the settings: no task of the provider goes on before."""

AWAY: Mapping[str, int] = {
    ErrorCode.UNREACHABLE: 2,
    ErrorCode.SERVER_ERROR: 1,
    ErrorCode.CUT: 1,
    ErrorCode.GARBAGE: 1,
    TimeLevel.CONNECT: 2,
    TimeLevel.FIRST_TOKEN: 1,
}
"""What says that nobody is there, where nothing of a reply came before, and how surely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """For a limit."""

    asked_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRefused:
    """For its key, or for want of money there."""

    code: ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """It answered, whatever it said; `tokens` in and out where it said all and how many."""

    whole: bool = False
    tokens: int | None = None


class Nothing:
    """Nobody asked it: the request never left, or was cut by us."""


Answer = Refused | KeyRefused | There | Failure | Nothing


def answer_of(ending: Ending) -> Answer:
    """Return what an ending says."""
    if ending.finished is not None:
        usage = ending.finished.usage
        known = usage is not None and not usage.absurd()
        return There(whole=True, tokens=usage.input + usage.output if usage is not None and known else None)
    error = ending.error
    if error is not None and error.code in KEY_CODES:
        return KeyRefused(code=error.code)
    if error is not None and error.code is ErrorCode.RATE_LIMITED:
        return Refused(asked_s=error.retry_after_s)
    if ending.first_token_s is not None:
        return There()
    said = error.code if error is not None else ending.cause
    points = AWAY.get(str(said), 0)
    if points:
        return Failure(code=str(said), points=points, asked_s=(error.retry_after_s if error else None) or 0.0)
    return There() if error is not None and ending.sent else Nothing()
