"""Tells when a part of a budget is used up, each crossing once: not again after a restart, anew under a raised limit.

Only what changed is looked at: tasks that got another standing, and the accounts they share. What was told of a shared
account is kept beside its limit in the store. A task's own budget is as told when the program starts: what it has spent
by then stands at the task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.cost.port import Level, Scope
from engine.domain.alert import Alert, reached
from engine.domain.states import PauseReason, State
from engine.runtime.accounts import EVERYTHING

if TYPE_CHECKING:
    from engine.domain.ids import TaskId
    from engine.domain.task import Standing
    from engine.runtime.accounts import Accounts
    from engine.runtime.journal import Journal
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register
    from engine.store.port import Store

Mark = tuple[int, int]
"""The part that was told, and of which limit."""
MARK = "told"
"""How the level of a mark begins in the store: "told.80.day"."""


class Alerts:
    """What was told, and what stands until somebody has read it."""

    def __init__(self, register: Register, accounts: Accounts, journal: Journal, store: Store) -> None:
        """Begin with nothing told."""
        self._register = register
        self._accounts = accounts
        self._journal = journal
        self._store = store
        self._told: dict[Scope, Mark] = {}
        self._changed: dict[TaskId, bool] = {}
        """Tasks to look at, and whether a limit stopped them just now."""
        self._standing: dict[Scope, Alert] = {}

    def restore(self, budgets: Mapping[tuple[str, str], int]) -> None:
        """Take up what was told before, and let what is over go: a day that has passed is told of no more."""
        now = {self._accounts.day(), self._accounts.month()}
        for (name, key), limit in budgets.items():
            beginning, _, rest = name.partition(".")
            part, _, level = rest.partition(".")
            if beginning != MARK:
                continue
            scope = Scope(Level(level), key)
            if scope in now or scope.level in (Level.BATCH, Level.EVERYTHING):
                self._told[scope] = (int(part), limit)
            else:
                self._keep(scope, int(part), None)
        for record in self._register:
            if part := reached(record.standing.spent, record.spec.budget):
                self._told[Scope(Level.TASK, record.id)] = (part, record.spec.budget or 0)

    def hear(self, record: TaskRecord, before: Standing, after: Standing) -> None:
        """Look at a task, and at what it shares, at the next question."""
        stopped = after.state is State.PAUSED and after.reason == PauseReason.BUDGET and before.state is not after.state
        self._changed[record.id] = stopped or self._changed.get(record.id, False)

    def forget(self, task: TaskId) -> None:
        """A task is there no more."""
        self._changed.pop(task, None)
        self._told.pop(Scope(Level.TASK, task), None)
        self._standing.pop(Scope(Level.TASK, task), None)

    def now(self) -> tuple[Alert, ...]:
        """Return what was crossed and nobody has read yet; each account once, at its highest."""
        self._look(self._accounts.day())
        self._look(self._accounts.month())
        self._look(EVERYTHING)
        changed, self._changed = self._changed, {}
        batches = dict[str, None]()  # each looked at once: thousands of tasks are in one
        for task, stopped in changed.items():
            if task in self._register:
                record = self._register.get(task)
                batches[record.spec.batch] = None
                self._look_at(record, stopped=stopped)
        for batch in filter(None, batches):
            self._look(Scope(Level.BATCH, batch))
        return tuple(self._standing.values())

    def read(self) -> None:
        """Somebody has read them all."""
        self._standing.clear()

    def _look_at(self, record: TaskRecord, *, stopped: bool) -> None:
        by = record.standing.detail if stopped else ""
        self._look(Scope(Level.TASK, record.id), record.spec.name, full=by == Level.TASK)
        for scope in self._accounts.scopes(record) if by else ():
            if scope.level == by and scope.level is not Level.TASK:
                self._look(scope, full=True)

    def _look(self, scope: Scope, name: str = "", *, full: bool = False) -> None:
        balance = self._accounts.balance(scope)
        if balance.limit is None:
            self._clear(scope)
            return
        part = 100 if full else reached(balance.spent, balance.limit)
        told = self._known(scope, balance.limit, part)
        if part > told:
            self._mark(scope, part, balance.limit)
            self._standing[scope] = Alert(
                level=scope.level, key=scope.key, name=name, part=part, spent=balance.spent, limit=balance.limit
            )

    def _known(self, scope: Scope, limit: int, part: int) -> int:
        """Return what was told of a scope; under another limit no more than is reached, so that it is told anew."""
        told, of = self._told.get(scope, (0, limit))
        if of != limit and told:
            self._clear(scope)
            told = min(told, part)
            self._mark(scope, told, limit)
        return told

    def _mark(self, scope: Scope, part: int, limit: int) -> None:
        before, _ = self._told.pop(scope, (0, 0))
        if before and before != part:
            self._keep(scope, before, None)
        if part:
            self._told[scope] = (part, limit)
            self._keep(scope, part, limit)

    def _clear(self, scope: Scope) -> None:
        """Forget what was told: its budget is gone, or another one."""
        self._standing.pop(scope, None)
        if scope in self._told:
            self._mark(scope, 0, 0)

    def _keep(self, scope: Scope, part: int, limit: int | None) -> None:
        if scope.level is not Level.TASK:
            self._journal.keep(self._store.set_budget(f"{MARK}.{part}.{scope.level}", scope.key, limit))
