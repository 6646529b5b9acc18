"""Runs one task: step by step until it is done or something stops it.

Theory of operation. Whatever ends a task is a `Stop`, raised where it is found out and recorded here, in one place.
A step is a call and its retries (`call`); between them the runner obeys what was wished (`wishes`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.plain_text import one_line
from engine.domain.states import AT_REST, FINAL, Event, PauseReason, Phase, State, TimeLevel, Wanted, advance
from engine.domain.step import Checkpoint
from engine.runtime import points
from engine.runtime.bookkeeping import MAX_DETAIL, changes_of_time, without
from engine.runtime.call import Call
from engine.runtime.deadlines import CutError
from engine.runtime.dialogue import Dialogue
from engine.runtime.errand import StepErrand
from engine.runtime.limits.answer import KEY_CODES
from engine.runtime.loops import Loops
from engine.runtime.ports import RunnerPorts, logger
from engine.runtime.retry import beyond_patience
from engine.runtime.stop import Stop, StorageStop
from engine.runtime.summing import Summing
from engine.runtime.wishes import Wishes

if TYPE_CHECKING:
    from engine.runtime.attempt import Ending
    from engine.runtime.errand import Errand
    from engine.runtime.record import TaskRecord


class Runner:
    """Runs one task once, from where it stands."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts) -> None:
        """Work on `record`, which this runner and the supervisor alone change meanwhile."""
        self._record = record
        self._ports = ports
        self._dialogue = Dialogue(record, ports.recipe(record.spec.recipe))
        self.wishes = Wishes(record, ports.changed)
        self._summing = Summing(record, ports, self._dialogue)
        self._call = self._on(StepErrand(record, ports, self._dialogue))

    def _on(self, errand: Errand) -> Call:
        return Call(self._record, self._ports, self.wishes, errand)

    async def run(self) -> None:
        """Run until the task is done or stops; never raises but when cancelled."""
        if self._record.tip.state is not State.PENDING:  # stopped between being given its place and this first turn
            return
        try:
            await self._steps()
        except Stop as stop:
            await self._end(stop)
        except DroverError as error:
            await self._end(Stop(Event.FAIL, error.code, self._words(error.detail)))
        except Exception as error:  # noqa: BLE001 - one task's failure never touches another
            logger.exception("task %s failed inside Drover", self._record.id)
            await self._end(Stop(Event.FAIL, ErrorCode.INTERNAL, self._words(repr(error))))
        finally:
            self._record.active_since = None
            self.wishes.show(Phase.IDLE)

    async def _steps(self) -> None:
        record, ports = self._record, self._ports
        ports.journal.move(record, Event.START, started_at_ms=record.tip.started_at_ms or ports.clock.wall_ms())
        self._dialogue.take(await ports.reader.history(record.id))
        loops = Loops(record.spec, self._dialogue.replies)
        while record.tip.state not in FINAL:
            self._halt()
            if await loops.found(record.tip.loop_from):
                raise Stop(Event.PAUSE, PauseReason.LOOP)
            await self._step()
            await self._checkpoint_when_due()

    def _halt(self) -> None:
        """Raise the `Stop` by which no other step is made, if there is one: after a crash it is the same."""
        if self.wishes.current is Wanted.CANCEL:
            self.wishes.obey()
        if self._record.tip.review:
            raise Stop(Event.PAUSE, PauseReason.REVIEW)
        if completed := self._dialogue.complete_already():
            raise Stop(Event.COMPLETE, completed)
        if self._ports.batch_left(self._record) <= 0:
            raise Stop(Event.EXPIRE, TimeLevel.BATCH)

    async def _step(self) -> None:
        while (errand := self._summing.due()) is not None:
            await self._through(self._on(errand))
        await self._through(self._call)

    async def _through(self, call: Call) -> None:
        """Make attempts until one gives a whole reply."""
        retry = 0
        while True:
            self.wishes.obey()
            try:
                ending = await call.make(retry)
                if ending.finished is not None:
                    return
                await self._rest(self._verdict(ending), Phase.WAITING_RATE_LIMIT if ending.excused else Phase.RETRYING)
                retry += 1 if ending.sent or not ending.excused else 0
            except CutError:
                continue  # a wait was cut for a wish that was taken back meanwhile

    def _verdict(self, ending: Ending) -> float:
        """Return the seconds to wait before the next attempt, or raise the `Stop` that the ending means."""
        self.wishes.obey()
        if ending.excused:
            return ending.retry_in_s or 0.0
        if ending.retry_in_s is not None:
            return ending.retry_in_s
        if ending.error is not None and ending.error.code in KEY_CODES:
            raise Stop(Event.PAUSE, PauseReason.PROVIDER, ending.error.code)
        if ending.error is not None and ending.error.retryable and beyond_patience(ending.error.retry_after_s):
            raise Stop(Event.PAUSE, PauseReason.PROVIDER, ErrorCode.ASKS_TO_WAIT)
        if ending.error is not None:
            raise Stop(Event.FAIL, ending.error.code, self._words(ending.error.detail))
        if isinstance(ending.cause, TimeLevel):
            raise Stop(Event.EXPIRE, ending.cause)
        return 0.0  # cut for a wish that was taken back meanwhile: try again at once

    def _words(self, hostile: str) -> str:
        """Return a server's or the system's words as they may be kept and shown."""
        return one_line(self._ports.redact(hostile))[:MAX_DETAIL]

    async def _rest(self, seconds: float, phase: Phase) -> None:
        async with self.wishes.waiting(phase, until=self._ports.clock.monotonic() + seconds):
            await asyncio.sleep(seconds)

    async def _checkpoint_when_due(self) -> None:
        record = self._record
        done = record.tip.steps_done
        if record.tip.state in FINAL:
            await self._checkpoint()
        elif done and (done % record.spec.checkpoint_interval == 0 or record.tip.review):
            self._ports.journal.move(record, Event.CHECKPOINT)
            grants = without(record.tip.grants, TimeLevel.WINDOW)
            await self._checkpoint(state=advance(record.tip.state, Event.SAVED), window_s=0.0, grants=grants)

    async def _checkpoint(self, **changes: object) -> None:
        record, ports = self._record, self._ports
        point = Checkpoint(
            task=record.id,
            step=record.tip.steps_done,
            policy=record.spec.context_policy,
            context_sha256=self._dialogue.digest(),
            model=record.route.model,
            cost=record.tip.spent,
            at_ms=ports.clock.wall_ms(),
        )
        await self._call.saved(ports.journal.checkpoint(record, point, **changes))
        ports.reach(points.CHECKPOINT_DURABLE)

    async def _end(self, stop: Stop) -> None:
        record, ports = self._record, self._ports
        try:
            if isinstance(stop, StorageStop):
                self._end_unsaved(stop)
                return
            ports.credit()  # a gap that ended just now is no active time
            active = record.take_active(ports.clock.monotonic())
            changes = changes_of_time(record.tip, active) | {"needed": stop.needed}
            if stop.event is Event.FAIL:
                logger.info("task %s failed: %s: %s", record.id, stop.reason, stop.detail)
            if stop.event is Event.EXPIRE:
                await self._checkpoint(**changes)
                changes = {}
            await self._call.saved(ports.journal.state(record, stop.event, stop.reason, stop.detail, **changes))
            ports.reach(points.STATE_DURABLE)
            ports.results.publish(record.id)
        except StorageStop as unsaved:
            self._end_unsaved(unsaved)

    def _end_unsaved(self, stop: StorageStop) -> None:
        """Show the task held up; what it comes to waits in memory behind what could not be saved."""
        record, journal = self._record, self._ports.journal
        if record.tip.state not in AT_REST:
            meant = self._wished() or stop  # what its person asked for holds when the disk is mended
            journal.state(record, meant.event, meant.reason, meant.detail)
        journal.hold_up(record, stop.reason, stop.detail)

    def _wished(self) -> Stop | None:
        """Return the stop that the current wish means."""
        try:
            self.wishes.obey()
        except Stop as wished:
            return wished
        return None
