"""What a person does with tasks: add, start, pause, resume, cancel, retry, edit, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import Action, allowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.ids import TaskId
    from engine.domain.states import TimeLevel
    from engine.domain.task import TaskSpec
    from engine.domain.where import Where
    from engine.runtime.rooms import Rooms


class Acting:
    """See `engine.face.acting`."""

    def __init__(self, rooms: Rooms) -> None:
        """Answer for `rooms`."""
        self._rooms = rooms

    async def submit(self, specs: Sequence[TaskSpec], *, paused: bool = False) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return await self._rooms.intake.submit(specs, paused=paused)

    def start(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.start(ids)

    def pause(self, ids: Sequence[TaskId], *, now: bool = False) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.pause(ids, now=now)

    def resume(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.resume(ids)

    def cancel(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.cancel(ids)

    def retry(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.retry(ids)

    def extend(self, task: TaskId, level: TimeLevel, seconds: float | None) -> None:
        """See `Acting`."""
        self._rooms.timeouts.extend(task, level, seconds)

    def set_deadline(self, batch: str, at_ms: int | None) -> None:
        """See `Acting`."""
        self._rooms.batch_times.set(batch, at_ms, self._rooms.journal)

    def deadline_of(self, batch: str) -> int | None:
        """See `Acting`."""
        return self._rooms.batch_times.end(batch)

    async def delete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Acting`."""
        self._rooms.acts.finish()
        gone = tuple(
            t
            for t in ids
            if t in self._rooms.register and Action.DELETE in allowed(self._rooms.register.get(t).tip.state)
        )
        await self._rooms.journal.settled()
        await self._rooms.parts.store.delete(gone)
        for task in gone:
            self._rooms.register.remove(task)
            self._rooms.accounts.remove(task)
            self._rooms.alerts.forget(task)
            self._rooms.feed.remove(task)
        return gone

    async def undelete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Acting`."""
        gone = [task for task in dict.fromkeys(ids) if task not in self._rooms.register]
        await self._rooms.parts.store.undelete(gone)
        back = [stored for stored in await self._rooms.parts.store.scan() if stored.id in gone]
        self._rooms.intake.take_in(back)
        for stored in back:
            self._rooms.damages.came_back(stored.id)
        return tuple(stored.id for stored in back)

    async def edit(self, task: TaskId, spec: TaskSpec) -> None:
        """See `Acting`."""
        self._rooms.acts.finish()
        record = self._rooms.register.get(task)
        if Action.EDIT not in allowed(record.tip.state, record.tip.reason):
            raise DroverError(ErrorCode.NOT_POSSIBLE, record.tip.state)
        spec = self._rooms.intake.checked(spec)
        before = record.spec
        await self._rooms.journal.edit(record, spec)
        self._rooms.register.edited(record, before)
        self._rooms.accounts.set_limit(Scope(Level.TASK, task), spec.budget)
        self._rooms.feed.mark(task)
        self._rooms.offers.changed()
        self._rooms.parts.results.publish(task)

    def pause_all(self, *, now: bool = False) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.pause_all(now=now)

    def resume_all(self) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.resume_all()

    def resume_interrupted(self, *, consent: bool = True) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.resume_interrupted(consent=consent)

    def offered(self) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return tuple(self._rooms.offers.tasks())

    def resume_offered(self) -> tuple[TaskId, ...]:
        """See `Acting`."""
        return self._rooms.acts.resume(self._rooms.offers.tasks())

    def move(self, ids: Sequence[TaskId], where: Where) -> tuple[TaskId, ...]:
        """See `Acting`."""
        self._rooms.acts.finish()
        return self._rooms.places.move(ids, where)

    def move_before(self, ids: Sequence[TaskId], other: TaskId | None) -> tuple[TaskId, ...]:
        """See `Acting`."""
        self._rooms.acts.finish()
        return self._rooms.places.before(ids, other)

    def try_now(self, provider: str) -> None:
        """See `Acting`."""
        self._rooms.gate.hurry(provider)

    def key_changed(self, provider: str) -> None:
        """See `Acting`."""
        self._rooms.gate.forgive(provider)
        self._rooms.offers.changed()

    def providers_changed(self) -> None:
        """See `Acting`."""
        self._rooms.renew_providers()

    def set_running_limit(self, limit: int) -> None:
        """See `Acting`."""
        self._rooms.crew.limit = limit
