"""Which tasks a limit, a fence or a refused key would not stop any more: what a person is offered to resume.

Nothing resumes by itself where money was the reason. A limit that was raised, a new day, a correction, a lifted fence:
all make room, and all are seen here alike, after a restart, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.domain.errors import ErrorCode
from engine.domain.states import PauseReason
from engine.runtime.limits.answer import KEY_CODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.clock import Clock
    from engine.domain.ids import TaskId
    from engine.runtime.accounts import Accounts
    from engine.runtime.fences import Fences
    from engine.runtime.limits.gate import Gate
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register

EVERY_S = 1.0
"""Seconds between two looks where nothing is known to have changed: money is spent meanwhile."""


class Offers:
    """Looks seldom, and only at tasks that money stopped."""

    def __init__(
        self,
        register: Register,
        accounts: Accounts,
        fences: Fences,
        gate: Gate,
        clock: Clock,
        *,
        told: Callable[[TaskId], None],
    ) -> None:
        """Read from these; `told` hears of each task that is offered now, or no more."""
        self._told = told
        self._register = register
        self._accounts = accounts
        self._fences = fences
        self._gate = gate
        self._clock = clock
        self._found: Mapping[str, int] = {}
        self._looked_at: tuple[float, int] | None = None
        """When, and at how many."""

    def changed(self) -> None:
        """Look again at the next question: there may be room."""
        self._looked_at = None

    def counts(self) -> Mapping[str, int]:
        """Return how many there are, by what stopped them: a `Level`, or "fenced"."""
        now, stopped = self._clock.monotonic(), len(self._register.stopped)
        last = self._looked_at
        if last is None or last[1] != stopped or now - last[0] >= EVERY_S:
            self._looked_at = (now, stopped)
            self._found = Counter(record.tip.detail for record in self._marked())
        return self._found

    def tasks(self) -> list[TaskId]:
        """Return them, in order."""
        return [record.id for record in self._open()]

    def _marked(self) -> list[TaskRecord]:
        found = self._open()
        offered = {record.id for record in found}
        for task in self._register.stopped:
            record = self._register.get(task)
            if record.offered != (task in offered):
                record.offered = task in offered
                self._told(task)
        return found

    def _open(self) -> list[TaskRecord]:
        room: dict[str, int | None] = {}
        found: list[TaskRecord] = []
        for task in self._register.stopped:
            record = self._register.get(task)
            if record.tip.reason == PauseReason.PROVIDER:
                if self._taken_again(record):
                    found.append(record)
                continue
            batch = record.spec.batch
            if batch not in room:
                room[batch] = self._accounts.room(batch)
            if _fits(record, room[batch]):
                found.append(record)
        return found

    def _taken_again(self, record: TaskRecord) -> bool:
        """Whether its provider would be asked again: its fence was lifted, or its key is another one."""
        spec, detail = record.spec, record.tip.detail
        if detail == ErrorCode.FENCED:
            return not self._fences.stands(spec.provider, spec.model)
        return detail in KEY_CODES and self._gate.host(record.route.provider).refusal is None


def _fits(record: TaskRecord, shared: int | None) -> bool:
    """Whether a task's next call, as far as it is known, fits its own budget and what it shares with others."""
    own = None if record.spec.budget is None else record.spec.budget - record.tip.spent
    return all(room is None or room >= max(1, record.tip.needed) for room in (own, shared))
