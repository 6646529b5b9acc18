"""What tasks cost: limits, fences, attempts whose end nobody knows, the ledger."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from engine.cost.port import Level, Scope
from engine.cost.prices import saved_a_token
from engine.domain.outlay import Outlays, done_by_batch, with_savings
from engine.domain.slices import in_slices
from engine.domain.states import State
from engine.runtime.foresights import NEW
from engine.runtime.supposing import Supposing
from engine.runtime.worst import worst_case

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from engine.cost.port import Balance
    from engine.cost.whatif import Supposition, WhatIf
    from engine.domain.alert import Alert
    from engine.domain.doubt import UnknownAttempt
    from engine.domain.fence import Fence
    from engine.domain.foresight import Foresight
    from engine.domain.ids import AttemptId, TaskId
    from engine.domain.ledger_entry import LedgerEntry
    from engine.domain.task import TaskSpec
    from engine.runtime.rooms import Rooms


class Spending:
    """See `engine.face.spending`."""

    def __init__(self, rooms: Rooms) -> None:
        """Answer for `rooms`."""
        self._rooms = rooms

    def balance(self, scope: Scope) -> Balance:
        """See `Spending`."""
        return self._rooms.accounts.balance(scope)

    def set_budget(self, scope: Scope, limit: int | None) -> None:
        """See `Spending`."""
        self._rooms.accounts.set_limit(scope, limit)
        if scope.level is Level.BATCH:
            self._rooms.journal.keep(self._rooms.parts.store.set_budget(scope.level, scope.key, limit))
        self._rooms.offers.changed()

    async def worst_case(self, specs: Sequence[TaskSpec]) -> int:
        """See `Spending`."""
        parts, most = self._rooms.parts, 0
        async for spec in in_slices(specs):
            prices = self._rooms.choices.prices(spec)
            most += max(worst_case(spec, parts.recipe(spec.recipe), price) for price in prices)
        return most

    async def foresee(self, spec: TaskSpec) -> Foresight:
        """See `Spending`."""
        return await self._rooms.foresights.one(spec)

    async def foresee_all(self, specs: Sequence[TaskSpec]) -> Foresight:
        """See `Spending`."""
        return await self._rooms.foresights.many([(spec, NEW) for spec in specs])

    async def foresee_task(self, task: TaskId) -> Foresight:
        """See `Spending`."""
        record = self._rooms.register.get(task)
        return await self._rooms.foresights.one(record.spec, record.standing)

    async def foresee_batch(self, batch: str) -> Foresight:
        """See `Spending`."""
        mine = [(each.spec, each.standing) for each in self._rooms.register if each.spec.batch == batch]
        return await self._rooms.foresights.many(mine)

    def fences(self) -> tuple[Fence, ...]:
        """See `Spending`."""
        return tuple(self._rooms.fences)

    async def lift_fence(self, provider: str, model: str) -> None:
        """See `Spending`."""
        await self._rooms.fences.lift(provider, model)
        self._rooms.offers.changed()

    async def unknown(self) -> tuple[UnknownAttempt, ...]:
        """See `Spending`."""
        return await self._rooms.corrections.unknown()

    async def correct(self, task: TaskId, attempt: AttemptId, amount: int) -> None:
        """See `Spending`."""
        await self._rooms.corrections.correct(task, attempt, amount)
        self._rooms.offers.changed()
        self._rooms.parts.results.publish(task)

    async def ask_provider(self, task: TaskId, attempt: AttemptId) -> int | None:
        """See `Spending`."""
        amount = await self._rooms.corrections.ask(task, attempt)
        self._rooms.offers.changed()
        self._rooms.parts.results.publish(task)
        return amount

    def alerts(self) -> tuple[Alert, ...]:
        """See `Spending`."""
        return self._rooms.alerts.now()

    def alerts_read(self) -> None:
        """See `Spending`."""
        self._rooms.alerts.read()

    async def outlays(self) -> Outlays:
        """See `Spending`."""
        parts = self._rooms.parts
        done = [(r.spec.batch, r.standing.spent) for r in self._rooms.register if r.standing.state is State.COMPLETED]
        return Outlays(
            rows=with_savings(await parts.store.outlays(), functools.partial(saved_a_token, parts.prices)),
            done=dict(done_by_batch(done)),
            differing=dict(await parts.store.differing()),
        )

    async def what_if(self, scope: Scope, asked: Supposition) -> WhatIf:
        """See `Spending`."""
        rooms = self._rooms
        supposing = Supposing(rooms.parts.store, rooms.parts.prices, rooms.choices.table)
        return await supposing.what_if([(each.id, each.spec) for each in rooms.register], scope, asked)

    def ledger_entries(self) -> AsyncIterator[LedgerEntry]:
        """See `Spending`."""
        return self._rooms.parts.store.ledger()
