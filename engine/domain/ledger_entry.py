"""A line of the ledger as a person keeps it: what an attempt, or a correction of one, changed."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from engine.domain.ids import AttemptId, TaskId
from engine.domain.step import Flag
from engine.domain.usage import Usage


class EntryKind(StrEnum):
    """What a line is about."""

    ATTEMPT = "attempt"
    CORRECTION = "correction"
    DAMAGED = "damaged"
    """The rest of a task's records cannot be read: it is in the sums alone."""


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Over all entries, costs and the holds of open attempts sum to what the ledger counts. Money is in pico."""

    kind: EntryKind
    at_ms: int
    """When the request was about to leave, or the correction was made."""
    day: str = ""
    """Which it counts for, YYYY-MM-DD."""
    task: TaskId
    title: str
    """Hostile text."""
    batch: str = ""
    step: int = 0
    number: int = 0
    """Of the attempt within its step, 1-based."""
    provider: str = ""
    model: str = ""
    price_list: str = ""
    status: str = ""
    """An `AttemptStatus`, or the `Origin` of a correction."""
    flags: tuple[Flag, ...] = ()
    error: str = ""
    usage: Usage | None = None
    held: int = 0
    """What was held for the attempt; 0 for a correction."""
    cost: int = 0
    """What it adds to the money spent; less than nothing where a correction gives some back."""
    attempt: AttemptId = AttemptId("")
    """The request id that was sent to the provider."""
    provider_request_id: str = ""
