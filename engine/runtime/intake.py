"""How tasks come in: what was asked is checked, stored, then held in memory and let run.

A task that cannot be saved yet waits in memory like everything else, and comes in when the store is mended.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError, Problem
from engine.domain.slices import in_slices
from engine.domain.states import PauseReason, State
from engine.domain.task import Standing
from engine.domain.validate import named, validate
from engine.runtime.record import TaskRecord
from engine.runtime.redacting import without_secrets
from engine.store.port import StoredTask

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from engine.domain.ids import TaskId
    from engine.domain.task import Route, TaskSpec
    from engine.runtime.journal import Journal
    from engine.runtime.parts import EngineParts
    from engine.runtime.register import Register


class Intake:
    """Takes in new tasks, and those that the store has."""

    def __init__(
        self, parts: EngineParts, register: Register, journal: Journal, came: Callable[[TaskRecord], None]
    ) -> None:
        """Take tasks into `register`; tell `came` of those that are new."""
        self._parts = parts
        self._register = register
        self._journal = journal
        self._came = came

    def checked(self, spec: TaskSpec) -> TaskSpec:
        """Return what was asked, as it may be stored; raises `InvalidSpecError`, UNKNOWN_PROVIDER."""
        spec = without_secrets(validate(spec), self._parts.redact)
        for field, route in named(spec):
            self._check(route, field)
        return spec

    def _check(self, route: Route, field: str) -> None:
        """Refuse a route that no call could take; raises `InvalidSpecError`, UNKNOWN_PROVIDER."""
        models = self._parts.providers.get(route.provider).capabilities.models
        if models and route.model not in models:
            raise InvalidSpecError((Problem(field=field, code=ErrorCode.UNKNOWN_MODEL),))
        try:
            self._parts.prices.quote(route.provider, route.model)
        except DroverError as error:
            raise InvalidSpecError((Problem(field=field, code=error.code),)) from error

    async def submit(self, specs: Sequence[TaskSpec], *, paused: bool) -> tuple[TaskId, ...]:
        """See `Engine`."""
        checked = [self.checked(spec) async for spec in in_slices(specs)]
        stored = [self.new(spec, paused=paused) async for spec in in_slices(checked)]
        await self.keep(stored, self._parts.store.create(stored))
        return tuple(each.id for each in stored)

    def new(self, spec: TaskSpec, *, paused: bool, steps_done: int = 0) -> StoredTask:
        """Return a task that is about to be stored, with the next place in the order."""
        standing = Standing(
            state=State.PAUSED if paused else State.PENDING,
            reason=PauseReason.USER if paused else "",
            steps_done=steps_done,
            created_at_ms=self._parts.clock.wall_ms(),
        )
        order, self._register.next_order = self._register.next_order, self._register.next_order + 1
        return StoredTask(id=self._parts.ids.task(), order=order, spec=spec, standing=standing)

    async def keep(self, tasks: Sequence[StoredTask], saved: Awaitable[object]) -> None:
        """Take tasks in when they are `saved`, ten thousand in slices; raises the store's `DroverError`."""
        try:
            await saved
        except DroverError:
            self._journal.when_mended(functools.partial(self.take_in, tasks))
            raise
        async for each in in_slices(tasks):
            self.take_in((each,))

    def hold(self, stored: StoredTask) -> TaskRecord:
        """Hold a task in memory as the store has it."""
        record = TaskRecord(
            id=stored.id, order=stored.order, spec=stored.spec, standing=stored.standing, tip=stored.standing
        )
        self._register.add(record)
        return record

    def take_in(self, tasks: Sequence[StoredTask]) -> None:
        """Hold tasks that are durable, and tell that they came."""
        for each in tasks:
            self._came(self.hold(each))
