"""The schema as steps from each version to the next. A step that was released is never changed: a new one is added."""

from __future__ import annotations

from collections.abc import Callable

from engine.store.database import Database
from engine.store.migrations import v1, v2

Step = Callable[[Database], None]

STEPS: tuple[Step, ...] = (v1.upgrade, v2.upgrade)
"""By version: `STEPS[n]` brings version n to n + 1."""

LATEST = len(STEPS)


def migrate(connection: Database, steps: tuple[Step, ...] = STEPS) -> None:
    """Bring the database to the latest version, in one transaction; a new one begins with the latest tables."""
    version = connection.pragma("user_version")
    if not isinstance(version, int) or version >= len(steps):
        return
    with connection:
        if version == 0 and steps is STEPS:
            connection.execute(v2.SCHEMA)
        else:
            for step in steps[version:]:
                step(connection)
        connection.pragma("user_version", value=len(steps))
