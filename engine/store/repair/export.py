"""What is readable of a task that cannot be kept, as Markdown beside the copy of the damaged files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from engine.store.atomic import replace_file
from engine.store.database import Database
from engine.store.repair.remains import Remains, until_error
from engine.store.rows import PLACES

TEXTS = f"SELECT id % {PLACES}, text FROM record WHERE id > ? AND id < ? AND text IS NOT NULL ORDER BY id"  # noqa: S608

_TICKS = re.compile(r"`{3,}")


def export(connection: Database, found: Remains, folder: Path) -> Path:
    """Write every reply of a task that can be read; raises OSError."""
    file = folder / f"{found.name}.md"
    replace_file(file, "".join(_parts(connection, found)).encode("utf-8", "replace"))
    return file


def _parts(connection: Database, found: Remains) -> Iterator[str]:
    yield f"# {found.name}\n"
    for place, text in until_error(connection, TEXTS, (found.no * PLACES, (found.no + 1) * PLACES))[0]:
        doubt = "" if place <= len(found.rows) else " (not checked)"
        ticks = "`" * (max((len(match[0]) for match in _TICKS.finditer(text)), default=2) + 1)
        yield f"\n## Record {place}{doubt}\n\n{ticks}text\n{text.rstrip()}\n{ticks}\n"
