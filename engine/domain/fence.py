"""A model that is not called any more, since its provider billed more for an attempt than was held for it."""

import msgspec

from engine.domain.ids import AttemptId


class Fence(msgspec.Struct, frozen=True, kw_only=True):
    """Stands from that attempt on until the person lifts it."""

    provider: str
    model: str
    attempt: AttemptId
    at_ms: int
