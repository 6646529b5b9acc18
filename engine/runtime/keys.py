"""A provider that refuses its key: all its tasks stop at once, nothing more leaves, and its person is asked once.

The task that was refused knows it by its own reply; the others learn it here, whatever they wait for. A step in flight
finishes, since it is being paid. A new key, or the person's word, lets the provider be asked again; then what was
stopped is offered to resume (`offers`), never resumed by itself.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from engine.domain.errors import ErrorCode
from engine.domain.progress import KeyRefusal
from engine.domain.states import Event, PauseReason, Phase, State
from engine.runtime.limits.answer import KEY_CODES
from engine.runtime.stop import Stop
from engine.runtime.turns import Turns

if TYPE_CHECKING:
    from engine.domain.clock import Clock
    from engine.runtime.crew import Crew
    from engine.runtime.journal import Journal
    from engine.runtime.limits.gate import Gate
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register

EVERY_S = 1.0
"""Seconds between two counts of those that wait."""


def _nothing() -> None:
    """Hold nobody up."""


class Keys:
    """Hears of refusals from the gate."""

    def __init__(self, register: Register, journal: Journal, crew: Crew, gate: Gate, clock: Clock) -> None:
        """Stop tasks of `register`."""
        self._register = register
        self._journal = journal
        self._crew = crew
        self._gate = gate
        self._clock = clock
        self._counted: Counter[str] = Counter()
        self._counted_at: tuple[float, int] | None = None
        self._turns = Turns(_nothing, _nothing)  # who gets a place meanwhile is stopped at the gate
        gate.refused = self._refused

    def restore(self) -> None:
        """Ask nothing of providers whose key was refused before the program ended, until the person says so."""
        for task in self._register.stopped:
            record = self._register.get(task)
            if stopped_by_key(record):
                self._gate.refuse(record.route.provider, ErrorCode(record.standing.detail))

    def refusals(self) -> tuple[KeyRefusal, ...]:
        """Return the providers that are asked nothing more, and how many tasks wait for that."""
        refused = [(name, host.refusal) for name, host in self._gate.hosts() if host.refusal is not None]
        if not refused:
            return ()
        waiting = self._count()
        return tuple(KeyRefusal(provider=name, code=code, tasks=waiting[name]) for name, code in refused)

    def _count(self) -> Counter[str]:
        now, stopped = self._clock.monotonic(), len(self._register.stopped)
        last = self._counted_at
        if last is None or last[1] != stopped or now - last[0] >= EVERY_S:
            self._counted_at = now, stopped
            records = map(self._register.get, self._register.stopped)
            self._counted = Counter(record.route.provider for record in records if stopped_by_key(record))
        return self._counted

    def _refused(self, provider: str, code: ErrorCode) -> None:
        working = frozenset(self._crew.at_work())
        for task in working:
            if _needs(self._register.get(task), provider):
                self._crew.halt(task, Stop(Event.PAUSE, PauseReason.PROVIDER, code))
        waiting = [r for r in self._register if r.id not in working and _needs(r, provider) and _waits(r)]
        self._turns.take(waiting, partial(self._stop, code))

    def _stop(self, code: ErrorCode, record: TaskRecord) -> None:
        if record.id in self._register and _waits(record):
            self._crew.discharge(record.id)
            record.phase = Phase.IDLE
            self._journal.state(record, Event.PAUSE, PauseReason.PROVIDER, code)


def _needs(record: TaskRecord, provider: str) -> bool:
    """Whether a task has no way but by a provider."""
    return all(route.provider == provider for route in record.spec.ways)


def _waits(record: TaskRecord) -> bool:
    """Whether a task waits for a place alone: neither for its hour nor for its person."""
    return record.tip.state is State.PENDING and record.phase in (Phase.IDLE, Phase.QUEUED)


def stopped_by_key(record: TaskRecord) -> bool:
    """Whether a task is PAUSED because its provider refused its key."""
    standing = record.standing
    paused = standing.state is State.PAUSED and standing.reason == PauseReason.PROVIDER
    return paused and standing.detail in KEY_CODES
