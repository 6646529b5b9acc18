"""The runners at work: which task gets a place next, how many at the same time, and how they all come home."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from engine.domain.states import Phase, State, Wanted
from engine.domain.task import place_of
from engine.runtime.queue import RunQueue
from engine.runtime.runner import Runner
from engine.runtime.timetable import Timetable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.ids import TaskId
    from engine.domain.task import Place
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register
    from engine.runtime.stop import Stop


class Crew:
    """At most `limit` runners, each of one task; a task never has two."""

    def __init__(self, register: Register, ports: RunnerPorts, limit: int) -> None:
        """Run tasks of `register`."""
        self._register = register
        self._ports = ports
        self._limit = limit
        self._queue = RunQueue()
        self._timetable = Timetable(ports.clock, self._due)
        self._runners: dict[TaskId, Runner] = {}
        self._jobs: dict[TaskId, asyncio.Task[None]] = {}
        self._surplus: OrderedDict[TaskId, Runner] = OrderedDict()
        """Runners that give their place back after their step, the first of the queue first."""
        self._closing = self._held = False

    @property
    def limit(self) -> int:
        """How many tasks run at the same time."""
        return self._limit

    @limit.setter
    def limit(self, limit: int) -> None:
        self._limit = max(1, limit)
        self._thin()
        self.fill()

    def _thin(self) -> None:
        """Let so many runners as are too many give their place back after their step, the last of the queue first."""
        ranked = sorted(self._runners.items(), key=lambda each: self._place(each[0]))
        self._surplus = OrderedDict(ranked[self._limit :])
        for task, runner in ranked:
            runner.wishes.give_way(surplus=task in self._surplus)

    def _one_less(self, task: TaskId) -> None:
        """Let the first of those that are too many keep its place, where a task ended that is none of them."""
        if self._surplus.pop(task, None) is None and self._surplus:
            _, kept = self._surplus.popitem(last=False)
            kept.wishes.give_way(surplus=False)

    def _place(self, task: TaskId) -> Place:
        record = self._register.get(task)
        return place_of(record.order, record.spec, record.tip)

    def batch_left(self, record: TaskRecord) -> float:
        """Return the seconds until a task's batch shall be done."""
        return self._ports.batch_left(record)

    def at_work(self) -> Iterator[TaskId]:
        """Go over the tasks that have a runner."""
        return iter(tuple(self._runners))

    def enlist(self, record: TaskRecord, *, first: bool = False) -> None:
        """Let a PENDING task run when its hour has come (at once, if it shall be `first`) and a place is free."""
        hour = record.spec.not_before_ms
        if not first and hour is not None and hour > self._ports.clock.wall_ms():
            self._queue.remove(record.id)
            self._timetable.put(record.id, hour)
            self._show(record, Phase.SCHEDULED)
            return
        self._timetable.remove(record.id)
        if record.phase is Phase.SCHEDULED:
            self._show(record, Phase.QUEUED)
        self._put(record, first=first)
        self.fill()

    def requeue(self, record: TaskRecord) -> None:
        """Let a task that waits take the place that it was moved to, or whose priority was changed."""
        if record.id in self._queue:
            self._put(record)

    def _put(self, record: TaskRecord, *, first: bool = False) -> None:
        lane, place = place_of(record.order, record.spec, record.tip)
        self._queue.put(record.id, priority=-lane, order=place, first=first)

    def discharge(self, task: TaskId) -> None:
        """Take a task that waits out of the queue."""
        self._timetable.remove(task)
        self._queue.remove(task)

    def expect(self, task: TaskId, wish: Wanted) -> None:
        """Tell a task's runner, if it has one, that a wish is about to be recorded: no request leaves any more."""
        runner = self._runners.get(task)
        if runner is not None:
            runner.wishes.expect(wish)

    def heed(self, task: TaskId) -> None:
        """Tell a task's runner, if it has one, that a wish was recorded."""
        runner = self._runners.get(task)
        if runner is not None:
            runner.wishes.heed()

    def halt(self, task: TaskId, stop: Stop) -> None:
        """Stop a task's runner, if it has one, after the step in flight."""
        runner = self._runners.get(task)
        if runner is not None:
            runner.wishes.halt(stop)

    def hold(self) -> None:
        """Start nothing until `release`."""
        self._held = True

    def release(self) -> None:
        """Start again what waits."""
        self._held = False
        self.fill()

    async def close(self, grace_s: float) -> None:
        """Start nothing more, let what runs finish its step for `grace_s` seconds, cut the rest."""
        self._closing = True
        self._timetable.stop()
        self._tell(Wanted.PAUSE)
        await self._gone(grace_s)
        self._tell(Wanted.PAUSE_NOW)
        await self._gone(None)

    def _tell(self, wish: Wanted) -> None:
        for runner in self._runners.values():
            runner.wishes.close(wish)

    async def _gone(self, timeout_s: float | None) -> None:
        if self._jobs:
            await asyncio.wait(tuple(self._jobs.values()), timeout=timeout_s)

    def fill(self) -> None:
        """Start what waits, as far as there is room and what it comes to can be saved."""
        passed: list[TaskRecord] = []
        while self._has_room():
            task = self._queue.pop()
            if task is None:
                break
            record = self._register.get(task)
            if task in self._runners:  # its last runner is still writing its end
                passed.append(record)
            elif record.tip.state is State.PENDING:
                self._start(record)
        for record in passed:
            self._put(record)

    def _has_room(self) -> bool:
        stopped = self._closing or self._held or self._ports.journal.trouble is not None
        return not stopped and len(self._runners) < self._limit

    def _due(self, task: TaskId) -> None:
        if task in self._register and self._register.get(task).tip.state is State.PENDING:
            self.enlist(self._register.get(task))

    def _show(self, record: TaskRecord, phase: Phase) -> None:
        record.phase = phase
        self._ports.changed(record.id)

    def _start(self, record: TaskRecord) -> None:
        runner = Runner(record, self._ports)
        self._runners[record.id] = runner
        job = asyncio.get_running_loop().create_task(runner.run(), name=f"task {record.id}")
        self._jobs[record.id] = job
        job.add_done_callback(lambda _: self._ended(record.id))

    def _ended(self, task: TaskId) -> None:
        del self._runners[task], self._jobs[task]
        self._one_less(task)
        record = self._register.get(task) if task in self._register else None
        if record is not None and record.tip.state is State.PENDING and task not in self._queue:
            self._put(record)  # it gave its place back
        self.fill()
