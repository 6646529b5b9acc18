"""What was found damaged, and what that means for the task: it is named, it stops, and no other is touched."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.domain.damage import Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import AT_REST, Event, State
from engine.runtime.stop import Stop
from engine.store.port import Holding

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
        self._met: set[TaskId] = set()
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
        """Name a task whose runner found it damaged; let none that is named end as anything else."""
        if standing.state is State.FAILED and standing.reason == ErrorCode.STORE_DAMAGED:
            self.found(record.id, standing.detail)
        elif record.id in self._found:
            self._give_up(record)

    def found(self, task: TaskId, place: str) -> None:
        """Stop a task, once, and name it as soon as it is known how much of it holds."""
        if task in self._met or task not in self._register:
            return
        self._met.add(task)
        record = self._register.get(task)
        self._stop(record, place)
        self._journal.keep(self._store.suspect([task]))
        self._journal.keep(self._name(record, place))

    def came_back(self, task: TaskId) -> None:
        """Show a task that is named as it will be, also where its person had deleted it meanwhile."""
        if task in self._found and task in self._register:
            self._give_up(self._register.get(task))

    def _stop(self, record: TaskRecord, place: str) -> None:
        """Let the step in flight end, since it is being paid; let nothing of the task begin."""
        stop = Stop(Event.FAIL, ErrorCode.STORE_DAMAGED, place)
        if record.tip.state is State.PENDING:
            self._crew.discharge(record.id)
            self._journal.state(record, stop.event, stop.reason, stop.detail)
        else:
            self._crew.halt(record.id, stop)

    async def _name(self, record: TaskRecord, place: str) -> None:
        """Say what the next start will leave of it: nothing is copied or cut while the files are open."""
        holding = await self._holding(record.id)
        self._found[record.id] = Damage(
            task=record.id,
            title=record.spec.name,
            place=place,
            kept_steps=holding.steps,
            lost_records=holding.lost_records,
        )
        self.came_back(record.id)

    def _give_up(self, record: TaskRecord) -> None:
        """Show a task at rest as the next start will have it."""
        tip, found = record.tip, self._found[record.id]
        if tip.state in AT_REST and (tip.state, tip.reason) != (State.FAILED, ErrorCode.STORE_DAMAGED):
            self._journal.give_up(record, ErrorCode.STORE_DAMAGED, found.place, found.kept_steps)

    async def _holding(self, task: TaskId) -> Holding:
        try:
            return await self._store.holding(task)
        except DroverError:  # not even that can be read: nothing is promised
            return Holding()
