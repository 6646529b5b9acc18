"""How a standing changes: the tip at once, what is shown when it is durable, and never what is not."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import Event, IllegalTransitionError, PauseReason, State, Wanted
from engine.domain.step import Note, NoteKind
from engine.domain.task import Standing
from engine.runtime.journal import Journal
from engine.runtime.record import TaskRecord
from engine.store.memory import MemoryStore
from tests.stored import task
from tests.virtual_time import LoopClock, run


class Desk:
    """A journal over a store in memory, with one task, and what was shown."""

    def __init__(self, state: State = State.RUNNING) -> None:
        """Begin with a task in `state`."""
        self.store = MemoryStore()
        self.shown: list[tuple[State, State]] = []
        self.journal = Journal(self.store, LoopClock(), self._show)
        stored = task(state=state)
        self.record = TaskRecord(id=stored.id, order=1, spec=stored.spec, standing=stored.standing, tip=stored.standing)
        self.stored = stored

    async def begin(self) -> Desk:
        """Keep the task."""
        await self.store.create([self.stored])
        return self

    def _show(self, record: TaskRecord, before: Standing, after: Standing) -> None:
        del record
        self.shown.append((before.state, after.state))

    def notes(self) -> list[str]:
        """Return the codes of the notes that are durable."""
        notes = [each for each in self.store.records[self.record.id] if isinstance(each, Note)]
        return [each.code for each in notes if each.code and each.kind is not NoteKind.CREATED]


def test_a_change_is_shown_when_it_is_durable() -> None:
    """The tip moves at once, for what comes next; people see it after."""

    async def main() -> None:
        desk = await Desk().begin()
        saved = desk.journal.state(desk.record, Event.PAUSE, PauseReason.USER)
        assert (desk.record.tip.state, desk.record.standing.state) == (State.PAUSED, State.RUNNING)
        await saved
        await asyncio.sleep(0)
        assert desk.record.standing.state is State.PAUSED
        assert (desk.shown, desk.notes()) == ([(State.RUNNING, State.PAUSED)], ["paused:user"])

    run(main())


def test_a_change_of_state_answers_the_wish_that_stood() -> None:
    """And says when it ended; a task that goes on has no end."""

    async def main() -> None:
        desk = await Desk().begin()
        await desk.journal.note(desk.record, NoteKind.WANTED, Wanted.PAUSE, wanted=Wanted.PAUSE)
        await desk.journal.state(desk.record, Event.PAUSE, PauseReason.USER)
        assert (desk.record.tip.wanted, desk.record.tip.ended_at_ms is None) == (Wanted.NOTHING, False)
        await desk.journal.state(desk.record, Event.RESUME)
        assert desk.record.tip.ended_at_ms is None

    run(main())


def test_what_the_table_has_no_place_for_is_not_queued() -> None:
    """A completed task is not paused by a record either."""

    async def main() -> None:
        desk = await Desk(State.COMPLETED).begin()
        with pytest.raises(IllegalTransitionError):
            desk.journal.state(desk.record, Event.PAUSE)
        assert desk.notes() == []

    run(main())


def test_what_is_not_saved_is_not_shown_until_the_store_is_mended() -> None:
    """The task shows that it is held up; then what was saved, and what had to wait for it is done, once."""

    async def main() -> None:
        desk = await Desk().begin()
        done: list[str] = []
        desk.store.failing = DroverError(ErrorCode.DISK_FULL)
        with pytest.raises(DroverError):
            await desk.journal.state(desk.record, Event.PAUSE, PauseReason.USER)
        await asyncio.sleep(0)
        assert desk.journal.trouble is desk.store.failing
        assert desk.record.standing.state is State.RUNNING
        desk.journal.hold_up(desk.record, PauseReason.STORAGE, ErrorCode.DISK_FULL)
        desk.journal.when_mended(lambda: done.append("settled"))
        assert (desk.record.standing.reason, done) == ("storage", [])
        desk.store.failing = None
        await desk.store.mend()
        desk.journal.mended()
        assert (desk.journal.trouble, desk.record.standing.reason, done) == (None, "user", ["settled"])
        desk.journal.mended()
        assert done == ["settled"]

    run(main())


def test_settled_waits_for_all_that_is_queued() -> None:
    """Records of tasks, and writes that are none; a write that fails is looked at and stops nobody."""

    async def main() -> None:
        desk = await Desk().begin()
        gate = asyncio.Event()

        async def slow() -> None:
            await gate.wait()
            raise DroverError(ErrorCode.DISK_FULL)

        desk.journal.keep(slow())
        settled = asyncio.create_task(desk.journal.settled())
        await asyncio.sleep(1.0)
        assert not settled.done()
        gate.set()
        await settled

    run(main())
