"""What was found damaged, and what that means for the task: it is named, it stops, and no other is touched."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.domain.damage import Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import Event, State
from engine.runtime.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.domain.ids import TaskId
    from engine.domain.task import Standing
    from engine.runtime.crew import Crew
    from engine.runtime.journal import Journal
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register
    from engine.store.port import Store


class Damages:
    """Everything found damaged since the store was opened, each once."""

    def __init__(self, register: Register, store: Store, journal: Journal, crew: Crew) -> None:
        """Begin with what the store found when it was opened."""
        self._register = register
        self._store = store
        self._journal = journal
        self._crew = crew
        self._found: dict[TaskId, Damage] = {}

    def __len__(self) -> int:
        """How much was found."""
        return len(self._store.damage) + len(self._found)

    def all(self) -> tuple[Damage, ...]:
        """Return what was found, at the opening first."""
        return (*self._store.damage, *self._found.values())

    @contextmanager
    def named(self, task: TaskId) -> Generator[None]:
        """Name the task where reading it in the body finds it damaged; the error goes on."""
        try:
            yield
        except DroverError as error:
            if error.code is ErrorCode.STORE_DAMAGED:
                self.found(task, error.detail)
            raise

    def seen(self, record: TaskRecord, standing: Standing) -> None:
        """Name a task whose runner found it damaged."""
        if standing.state is State.FAILED and standing.reason == ErrorCode.STORE_DAMAGED:
            self.found(record.id, standing.detail)

    def found(self, task: TaskId, place: str) -> None:
        """Name a task and stop it, once."""
        if task in self._found or task not in self._register:
            return
        record = self._register.get(task)
        self._found[task] = Damage(
            task=task, title=record.spec.name, place=place, kept_steps=record.standing.steps_done
        )
        self._journal.keep(self._store.suspect([task]))
        self._stop(record, place)

    def _stop(self, record: TaskRecord, place: str) -> None:
        """Let the step in flight end, since it is being paid; let nothing of the task begin."""
        stop = Stop(Event.FAIL, ErrorCode.STORE_DAMAGED, place)
        if record.tip.state is State.PENDING:
            self._crew.discharge(record.id)
            self._journal.state(record, stop.event, stop.reason, stop.detail)
        else:
            self._crew.halt(record.id, stop)
