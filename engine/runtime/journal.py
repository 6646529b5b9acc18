"""Writes one task's records: each moves the tip, queues to the store, and is shown when it is durable.

Where the store takes nothing any more, records wait in memory. Their tasks show what is durable, and that they are held
up; `mended` shows what was saved since, and does what had to wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeGuard

from msgspec.structs import replace

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import Event, State, Wanted, advance
from engine.domain.step import Checkpoint, Correction, Intent, Note, NoteKind, Outcome
from engine.store.port import Store, StoredTask

if TYPE_CHECKING:
    from engine.domain.clock import Clock
    from engine.domain.ids import TaskId
    from engine.domain.task import Standing, TaskSpec
    from engine.runtime.record import TaskRecord

Shown = Callable[["TaskRecord", "Standing", "Standing"], None]
"""Called with a record and its shown standing before and after a change."""
Then = Callable[[], None]
"""Done in the same breath in which a record is shown, however late that is: nobody sees one without the other."""


async def durable(saved: asyncio.Future[None]) -> None:
    """Wait until a record is durable and shown; raises why that is not known. Who stops waiting changes nothing."""
    await asyncio.wait((saved,))
    saved.result()


def _nothing() -> None:
    """Do what most records have behind them."""


def _waits(error: BaseException) -> TypeGuard[DroverError]:
    """Whether what failed to be saved waits in memory; else it is left out."""
    return isinstance(error, DroverError) and error.code is not ErrorCode.INTERNAL


class Journal:
    """The one way by which a task's standing changes."""

    def __init__(self, store: Store, clock: Clock, shown: Shown) -> None:
        """Write to `store`; tell `shown` of every change that became durable."""
        self._store = store
        self._clock = clock
        self._shown = shown
        self._waiting: set[asyncio.Future[None]] = set()
        self._stuck: dict[TaskId, tuple[TaskRecord, int, Standing]] = {}
        """The last record of each task that waits in memory."""
        self._later: list[Then] = []
        self.trouble: DroverError | None = None
        """Why records are not being saved; None while all is well."""

    def move(self, record: TaskRecord, event: Event, **changes: object) -> None:
        """Show a state that needs no record of its own, because the next one carries it."""
        number, standing = record.next(state=advance(record.tip.state, event), **changes)
        self._show(record, number, standing)

    def hold_up(self, record: TaskRecord, reason: str, detail: str) -> None:
        """Show a task as paused for what is not saved: it stands where its last durable record says."""
        before = record.standing
        record.standing = replace(before, state=State.PAUSED, reason=reason, detail=detail, wanted=Wanted.NOTHING)
        self._shown(record, before, record.standing)

    def give_up(self, record: TaskRecord, reason: str, detail: str, steps_done: int) -> None:
        """Show a task of which nothing runs as failed by damage, as the next start will have it: no record says so."""
        changes: dict[str, object] = {"reason": reason, "detail": detail, "wanted": Wanted.NOTHING}
        number, standing = record.next(state=State.FAILED, steps_done=steps_done, **changes)
        self._show(record, number, standing)

    def when_mended(self, act: Then) -> None:
        """Do `act` as soon as everything that waits in memory is durable."""
        self._later.append(act)

    def mended(self) -> None:
        """Show what is durable now, after the store was mended."""
        self.trouble = None
        stuck, self._stuck = self._stuck, {}
        for record, number, standing in stuck.values():
            self._show(record, number, standing)
        later, self._later = self._later, []
        for act in later:
            act()

    def intent(self, record: TaskRecord, intent: Intent, **changes: object) -> asyncio.Future[None]:
        """Record that a request is about to leave."""
        number, standing = record.next(**changes)
        return self._queue(record, number, standing, self._store.append_intent(intent, standing))

    def outcome(
        self, record: TaskRecord, outcome: Outcome, then: Then | None = None, /, **changes: object
    ) -> asyncio.Future[None]:
        """Record how an attempt ended; `then` is not done where it is left out."""
        number, standing = record.next(**changes)
        return self._queue(record, number, standing, self._store.append_outcome(outcome, standing), then)

    def correction(
        self, record: TaskRecord, correction: Correction, then: Then, /, **changes: object
    ) -> asyncio.Future[None]:
        """Record what an attempt counts for from now on; `then` is not done where it is left out."""
        number, standing = record.next(**changes)
        return self._queue(record, number, standing, self._store.append_correction(correction, standing), then)

    def checkpoint(self, record: TaskRecord, checkpoint: Checkpoint, **changes: object) -> asyncio.Future[None]:
        """Record a point to come back to."""
        number, standing = record.next(**changes)
        return self._queue(record, number, standing, self._store.checkpoint(checkpoint, standing))

    def state(
        self, record: TaskRecord, event: Event, reason: str = "", detail: str = "", **changes: object
    ) -> asyncio.Future[None]:
        """Record a change of state; a wish that stood is thereby answered."""
        state = advance(record.tip.state, event)
        at_ms = self._clock.wall_ms()
        rest: dict[str, object] = {
            "wanted": Wanted.NOTHING,
            "ended_at_ms": None if state is State.PENDING else at_ms,
            **changes,
        }
        number, standing = record.next(**rest, state=state, reason=reason, detail=detail)
        code = f"{state}:{reason}" if reason else str(state)
        note = Note(task=record.id, kind=NoteKind.STATE, code=code, at_ms=at_ms)
        return self._queue(record, number, standing, self._store.append_note(note, standing))

    def note(
        self,
        record: TaskRecord,
        kind: NoteKind,
        code: str,
        figures: dict[str, float] | None = None,
        **changes: object,
    ) -> asyncio.Future[None]:
        """Record something else: a wish, a grant."""
        note = Note(task=record.id, kind=kind, code=code, figures=figures or {}, at_ms=self._clock.wall_ms())
        return self.said(record, note, None, **changes)

    def said(self, record: TaskRecord, note: Note, then: Then | None, /, **changes: object) -> asyncio.Future[None]:
        """Record what a person said; `then` is not done where it is left out."""
        number, standing = record.next(**changes)
        return self._queue(record, number, standing, self._store.append_note(note, standing), then)

    def edit(self, record: TaskRecord, spec: TaskSpec) -> asyncio.Future[None]:
        """Record a changed spec."""
        number, standing = record.next()
        record.spec = spec
        note = Note(task=record.id, kind=NoteKind.EDITED, at_ms=self._clock.wall_ms())
        stored = StoredTask(id=record.id, order=record.order, spec=spec, standing=standing)
        return self._queue(record, number, standing, self._store.edit(stored, note))

    def keep(self, saved: Awaitable[None]) -> None:
        """Have `settled` wait for a write that is no record of a task."""
        future = asyncio.ensure_future(saved)
        self._waiting.add(future)
        future.add_done_callback(self._kept)

    def _kept(self, done: asyncio.Future[None]) -> None:
        self._waiting.discard(done)
        if not done.cancelled():
            done.exception()  # looked at: the next record of a task tells what is wrong with the store

    async def settled(self) -> None:
        """Wait until everything queued so far is durable or has failed."""
        while self._waiting:
            await asyncio.wait(tuple(self._waiting))

    def _queue(
        self, record: TaskRecord, number: int, standing: Standing, saved: Awaitable[None], then: Then | None = None
    ) -> asyncio.Future[None]:
        future = asyncio.ensure_future(saved)
        self._waiting.add(future)
        future.add_done_callback(lambda done: self._done(done, record, number, standing, then or _nothing))
        return future

    def _done(
        self, done: asyncio.Future[None], record: TaskRecord, number: int, standing: Standing, then: Then
    ) -> None:
        self._waiting.discard(done)
        error = None if done.cancelled() else done.exception()
        if error is None:
            self._show(record, number, standing)
            then()
        elif _waits(error):
            self.trouble = error
            self._stuck[record.id] = (record, number, standing)
            self.when_mended(then)
        elif number == record.queued:
            record.tip = record.standing

    def _show(self, record: TaskRecord, number: int, standing: Standing) -> None:
        before = record.standing
        if record.show(number, standing):
            self._shown(record, before, standing)
