"""What the saved data takes up, and what may be dropped of it."""

from __future__ import annotations

import msgspec


class StorageSizes(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes on disk, and of what."""

    total: int = 0
    """The database with its log. What was dropped leaves it little by little."""
    texts: int = 0
    """Replies as text: the contexts of tasks."""
    raw: int = 0
    """Replies as they came, compressed: evidence, not needed to go on."""
    deleted: int = 0
    """Replies of deleted tasks, of both kinds; dropped for good 30 days after the deletion."""
    results: int = 0
    """The results folder."""


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """What is dropped by itself, of tasks at rest alone; None is never. Digests stay, so that the chain still holds.

    Raw replies go first, the oldest first. Of texts only those of completed tasks go, and never the last one.
    """

    raw_days: int | None = None
    """Raw replies older than this."""
    raw_megabytes: int | None = None
    """Raw replies as long as the store is larger than this."""
    texts_days: int | None = None
    texts_megabytes: int | None = None

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is dropped."""
        return self == Retention()
