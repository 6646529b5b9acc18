"""A failed attempt as the next decisions see it: `retry` says whether and when, `route` where to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from engine.domain.task import Route


class Cure(Enum):
    """What may help after a failure."""

    AGAIN = "again"
    """The same, later."""
    AGAIN_OR_ELSEWHERE = "again_or_elsewhere"
    """The same, later; better at once another route."""
    ELSEWHERE = "elsewhere"
    """Another route alone: here it fails every time."""
    NEVER = "never"
    """Nothing but a person."""

    @property
    def here(self) -> bool:
        """Whether another attempt on the same route may help."""
        return self in (Cure.AGAIN, Cure.AGAIN_OR_ELSEWHERE)

    @property
    def leaves(self) -> bool:
        """Whether another route is taken at once, where there is one."""
        return self in (Cure.ELSEWHERE, Cure.AGAIN_OR_ELSEWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed attempt of the step that is not yet done."""

    route: Route
    code: str
    """An `ErrorCode` or a `TimeLevel`."""
    cure: Cure
    billed: bool = False
    """Whether the model was at work on it for money: a reply had begun, or was waited for in vain."""
    after_s: float | None = None
    """Seconds that the server asks to wait."""
