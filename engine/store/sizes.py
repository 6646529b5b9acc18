"""How much room replies take in the store, task by task: lengths alone are read, never the replies."""

from __future__ import annotations

from engine.domain.storage import StorageSizes
from engine.store.database import Database
from engine.store.rows import PLACES

SLICE = 50
"""Tasks weighed at once: other reads of the same thread come in between."""

SUMS = (
    "SELECT deleted_at IS NOT NULL, total(octet_length(text)), total(length(raw)) FROM task"  # noqa: S608 - constants alone
    f" JOIN record ON record.id BETWEEN no * {PLACES} AND no * {PLACES} + {PLACES - 1}"
    " WHERE no >= ? AND no < ? GROUP BY 1"
)


def last_number(connection: Database) -> int:
    """Return the number of the last task, 0 where there is none."""
    (last,) = connection.execute("SELECT coalesce(max(no), 0) FROM task").fetchone() or (0,)
    return last


def weighed(connection: Database, first: int, before: StorageSizes) -> StorageSizes:
    """Return the sizes `before` with those of the `SLICE` tasks from number `first` on."""
    texts, raw, deleted = before.texts, before.raw, before.deleted
    for gone, text_bytes, raw_bytes in connection.execute(SUMS, (first, first + SLICE)):
        if gone:
            deleted += int(text_bytes + raw_bytes)
        else:
            texts, raw = texts + int(text_bytes), raw + int(raw_bytes)
    return StorageSizes(texts=texts, raw=raw, deleted=deleted)


def used(connection: Database) -> int:
    """Return the bytes of all pages that are in use."""
    pages, free, size = (connection.pragma(name) for name in ("page_count", "freelist_count", "page_size"))
    return (int(str(pages)) - int(str(free))) * int(str(size))
