"""A `Store` that tells a witness what it was given, and when it said that this is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from engine.domain.step import Checkpoint, Correction, Intent, Note, Outcome, Record
from engine.domain.task import Standing
from engine.store.port import Store, StoredTask
from engine.store.reading import created
from tests.crash.disk.witness import Given, History, Witness


def watched(store: Store, witness: Witness, now: Callable[[], int]) -> Store:
    """Watch `store`; `now` counts what was done to the disk."""
    return cast("Store", _Watched(store, witness, now))


class _Watched:
    """The calls of a `Store` by which records are given to it."""

    def __init__(self, store: Store, witness: Witness, now: Callable[[], int]) -> None:
        """See `watched`."""
        self._store = store
        self._witness = witness
        self._now = now

    def __getattr__(self, name: str) -> object:
        """Everything else is the store's own."""
        return getattr(self._store, name)

    def create(self, tasks: Sequence[StoredTask]) -> Awaitable[None]:
        """See `Store`."""
        given: list[Given] = []
        for task in tasks:
            self._witness.tasks[task.id] = History([task.spec])
            given.append(self._given(created(task), task.standing))
        return self._durable(self._store.create(tasks), *given)

    def append_intent(self, intent: Intent, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        given = self._given(intent, standing)
        return self._durable(self._store.append_intent(intent, standing), given)

    def append_outcome(self, outcome: Outcome, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        given = self._given(outcome, standing)
        return self._durable(self._store.append_outcome(outcome, standing), given)

    def append_correction(self, correction: Correction, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        given = self._given(correction, standing)
        return self._durable(self._store.append_correction(correction, standing), given)

    def append_note(self, note: Note, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        given = self._given(note, standing)
        return self._durable(self._store.append_note(note, standing), given)

    def checkpoint(self, checkpoint: Checkpoint, standing: Standing) -> Awaitable[None]:
        """See `Store`."""
        given = self._given(checkpoint, standing)
        return self._durable(self._store.checkpoint(checkpoint, standing), given)

    def edit(self, task: StoredTask, note: Note) -> Awaitable[None]:
        """See `Store`."""
        self._witness.tasks[task.id].specs.append(task.spec)
        given = self._given(note, task.standing)
        return self._durable(self._store.edit(task, note), given)

    def _given(self, record: Record, standing: Standing) -> Given:
        given = Given(record=record, standing=standing)
        self._witness.tasks[record.task].given.append(given)
        return given

    def _durable(self, saved: Awaitable[None], *given: Given) -> Awaitable[None]:
        future = asyncio.ensure_future(saved)
        future.add_done_callback(lambda done: self._said(done, given))
        return future

    def _said(self, done: asyncio.Future[None], given: Sequence[Given]) -> None:
        if not done.cancelled() and done.exception() is None:
            for each in given:
                each.durable_at = self._now()
