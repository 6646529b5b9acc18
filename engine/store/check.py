"""Follows a task's whole chain a few milliseconds at a time, so that other reads of the same thread come in between."""

from __future__ import annotations

import time

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.store.database import Database
from engine.store.journal import Walk, matches_digest

SLICE_S = 0.004

TASK = "SELECT no, spec, records, head FROM task JOIN standing USING (no) WHERE id = ? AND deleted_at IS NULL"


class Check:
    """The check of one task. What is written meanwhile is followed too: records that are there never change."""

    def __init__(self, task: TaskId) -> None:
        """Begin at the first record."""
        self._task = task
        self._walk: Walk | None = None

    def some(self, connection: Database) -> bool:
        """Follow the chain for a slice; return whether all of it holds. Raises UNKNOWN_TASK, STORE_DAMAGED."""
        row = connection.execute(TASK, (self._task,)).fetchone()
        if row is None:
            raise DroverError(ErrorCode.UNKNOWN_TASK, self._task)
        no, spec, records, head = row
        if self._walk is None:
            self._walk = Walk(self._task, no)
        until = time.perf_counter() + SLICE_S
        for _ in self._walk.records(connection):
            if time.perf_counter() > until:
                return False
        ends(self._walk, spec, records, head)
        return True


def ends(walk: Walk, spec: bytes, records: int, head: bytes) -> None:
    """See that a chain that was followed ends where, and with the settings that, the task's row says."""
    if (walk.place, walk.head) != (records, head):
        raise DroverError(ErrorCode.STORE_DAMAGED, f"task {walk.task} ends at record {walk.place} of {records}")
    if not matches_digest(spec, walk.spec_sha256):
        raise DroverError(ErrorCode.STORE_DAMAGED, f"task {walk.task}: its settings are not those recorded")
