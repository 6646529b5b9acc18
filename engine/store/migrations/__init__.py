"""The schema as steps from each version to the next. A step that was released is never changed: a new one is added."""

from __future__ import annotations

from engine.store.database import Database
from engine.store.migrations.v1 import SCHEMA as V1

STEPS: tuple[str, ...] = (V1,)
"""SQL by version: `STEPS[n]` brings version n to n + 1."""

LATEST = len(STEPS)


def migrate(connection: Database, steps: tuple[str, ...] = STEPS) -> None:
    """Bring the database to the latest version, in one transaction."""
    version = connection.pragma("user_version")
    if not isinstance(version, int) or version >= len(steps):
        return
    with connection:
        for step in steps[version:]:
            connection.execute(step)
        connection.pragma("user_version", value=len(steps))
