"""How a call comes to its hold: in the accounts of the day on which it leaves, and of no model that is fenced.

A call may wait for other calls' holds past midnight, or until its model is fenced. Then what it was granted, or
refused, was asked of the wrong accounts: it gives that back and asks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cost.port import OverBudgetError
from engine.domain.errors import ErrorCode
from engine.domain.states import Event, PauseReason, Phase
from engine.runtime.stop import Stop

if TYPE_CHECKING:
    from engine.cost.port import Hold, Scope
    from engine.domain.task import Route
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord
    from engine.runtime.wishes import Wishes


async def admitted(record: TaskRecord, ports: RunnerPorts, wishes: Wishes, worst: int, route: Route) -> Hold:
    """Return a hold of `worst` pico for the task's next call, on a route; raises `Stop` where that may not be."""
    while True:
        if ports.fences.stands(route.provider, route.model):
            raise Stop(Event.PAUSE, PauseReason.PROVIDER, ErrorCode.FENCED)
        scopes = ports.scopes(record)
        if ports.ledger.would_wait(scopes, worst):
            wishes.show(Phase.WAITING_HELD)
        try:
            hold = await ports.ledger.admit(scopes, worst)
        except OverBudgetError as error:
            if _still(record, ports, scopes, route):
                raise Stop(Event.PAUSE, PauseReason.BUDGET, error.scope.level, needed=worst) from None
            continue
        if _still(record, ports, scopes, route):
            return hold
        ports.ledger.release(hold)


def _still(record: TaskRecord, ports: RunnerPorts, scopes: tuple[Scope, ...], route: Route) -> bool:
    """Whether what was asked is what has to be asked now."""
    return scopes == ports.scopes(record) and not ports.fences.stands(route.provider, route.model)
