"""What a person asks of tasks: each act checks the table, records what it means, and lets the runners hear of it.

All acts are synchronous. Where nothing of a task runs, its state changes by a record at once; where a runner works on
it, a wish is recorded, and the runner answers it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.domain.states import LIVE, Action, Event, PauseReason, Phase, State, TimeLevel, Wanted, allowed
from engine.domain.step import NoteKind
from engine.runtime.bookkeeping import changes_of_resuming, granted
from engine.runtime.timeouts import grant
from engine.runtime.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.domain.ids import TaskId
    from engine.runtime.crew import Crew
    from engine.runtime.journal import Journal
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register


class Acts:
    """The acts of `engine.face.Engine` on tasks that exist."""

    def __init__(
        self,
        register: Register,
        journal: Journal,
        crew: Crew,
        changed: Callable[[TaskId], None],
        forgive: Callable[[str], None],
    ) -> None:
        """Act on tasks of `register`."""
        self._register = register
        self._journal = journal
        self._crew = crew
        self._changed = changed
        self._turns = Turns(crew.hold, crew.release)
        self._forgive = forgive

    def start(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._each(ids, Action.START, lambda record: self._go(record, first=True))

    def pause(self, ids: Sequence[TaskId], *, now: bool = False) -> tuple[TaskId, ...]:
        """See `Engine`."""
        wish = Wanted.PAUSE_NOW if now else Wanted.PAUSE
        return self._each(ids, Action.PAUSE, lambda record: self._stop(record, wish), wish)

    def resume(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        self._turns.finish()
        taken_back = [record.id for record in self._records(ids) if self._take_back(record)]
        waiting = [r.id for r in self._records(ids) if r.phase is Phase.AWAITING_CONSENT]
        started = self.start(waiting)  # before the others, which may take their turns
        return (*taken_back, *started, *self._each(ids, Action.RESUME, self._go))

    def cancel(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._each(ids, Action.CANCEL, lambda record: self._stop(record, Wanted.CANCEL), Wanted.CANCEL)

    def retry(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self._each(ids, Action.RETRY, self._go)

    def pause_all(self, *, now: bool = False) -> tuple[TaskId, ...]:
        """See `Engine`."""
        return self.pause([record.id for record in self._register], now=now)

    def resume_all(self) -> tuple[TaskId, ...]:
        """See `Engine`."""
        self._turns.finish()
        paused = [r.id for r in self._register if r.tip.state is State.PAUSED or r.tip.wanted is not Wanted.NOTHING]
        waiting = [r.id for r in self._register if r.phase is Phase.AWAITING_CONSENT]
        return self.resume([*paused, *waiting])

    def resume_interrupted(self, *, consent: bool = True) -> tuple[TaskId, ...]:
        """See `Engine`; without `consent` (done by a setting) tasks that may pay a step twice stay where they are."""
        ids = [task for task in self._register.interrupted if consent or not self._register.get(task).tip.unknown]
        return self.resume(ids)

    def _records(self, ids: Iterable[TaskId]) -> list[TaskRecord]:
        return [self._register.get(task) for task in dict.fromkeys(ids) if task in self._register]

    def _each(
        self,
        ids: Sequence[TaskId],
        action: Action,
        act: Callable[[TaskRecord], object],
        wish: Wanted = Wanted.NOTHING,
    ) -> tuple[TaskId, ...]:
        """Act on the tasks whose state allows it, on those at work first; all of these hear at once of a `wish`."""
        self._turns.finish()

        def may(record: TaskRecord) -> bool:
            return action in allowed(record.tip.state, record.tip.reason)

        def checked(record: TaskRecord) -> None:
            if record.id in self._register and may(record):  # something may have happened to it meanwhile
                act(record)

        accepted = [record for record in self._records(ids) if may(record)]
        for record in accepted:
            self._crew.expect(record.id, wish)
        self._turns.take(sorted(accepted, key=_rests), checked)
        return tuple(record.id for record in accepted)

    def finish(self) -> None:
        """Have all that was asked for done: before anything that looks at the tasks' states."""
        self._turns.finish()

    def _go(self, record: TaskRecord, *, first: bool = False) -> None:
        """Let a task run: one that waits goes to the front, one at rest joins the queue."""
        if record.phase is Phase.AWAITING_CONSENT:
            record.phase = Phase.QUEUED
            self._register.note_interruption(record)
            self._changed(record.id)
        for route in record.spec.ways:  # who resumes wants them asked again
            self._forgive(route.provider)
        if record.tip.state is not State.PENDING:
            self._grant_time(record)
            self._journal.state(record, Event.RESUME, "", "", **changes_of_resuming(record.tip))
        self._crew.enlist(record, first=first)

    def _grant_time(self, record: TaskRecord) -> None:
        if record.tip.state is not State.TIMEOUT:
            return
        level = TimeLevel(record.tip.reason)
        if level is TimeLevel.BATCH:
            if self._crew.batch_left(record) <= 0:  # its person lets this one go on: it ends with its own limits alone
                grant(self._journal, record, level, math.inf)
            return
        grant(self._journal, record, level, granted(record.spec, record.tip, level))

    def _stop(self, record: TaskRecord, wish: Wanted) -> None:
        """Stop a task: at once when nothing of it runs, else by a recorded wish."""
        if record.tip.state in LIVE:
            if record.tip.wanted is not Wanted.CANCEL:  # which nothing takes back
                self._journal.note(record, NoteKind.WANTED, wish, wanted=wish)
            self._crew.heed(record.id)
            self._changed(record.id)
            return
        self._crew.discharge(record.id)
        record.phase = Phase.IDLE
        if wish is Wanted.CANCEL:
            self._journal.state(record, Event.CANCEL)
        else:
            self._journal.state(record, Event.PAUSE, PauseReason.USER)

    def _take_back(self, record: TaskRecord) -> bool:
        if record.tip.state not in LIVE or record.tip.wanted not in (Wanted.PAUSE, Wanted.PAUSE_NOW):
            return False
        self._journal.note(record, NoteKind.WANTED, Wanted.NOTHING, wanted=Wanted.NOTHING)
        self._changed(record.id)
        return True


def _rests(record: TaskRecord) -> bool:
    return record.tip.state not in LIVE
