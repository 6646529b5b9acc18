"""What readers get: the window's drain, watchers of one task or all, and the focused task's live text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.progress import ChangeBatch, LiveText, report
from engine.domain.states import AT_REST
from engine.providers.port import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.domain.clock import Clock
    from engine.domain.deadline import Deadline
    from engine.domain.ids import TaskId
    from engine.domain.progress import ProgressReport, Totals
    from engine.providers.port import Reading
    from engine.runtime.crew import Crew
    from engine.runtime.feed import ChangeFeed
    from engine.runtime.register import Register
    from engine.runtime.summary import Summary
    from engine.runtime.timeouts import Timeouts

BEAT_S = 1.0
"""Seconds after which a task at work is shown anew though nothing of it changed but its time."""


class View:
    """Reads the register by the change feed."""

    def __init__(
        self,
        register: Register,
        feed: ChangeFeed,
        summary: Summary,
        clock: Clock,
        crew: Crew,
        *,
        timeouts: Timeouts,
    ) -> None:
        """Read from these."""
        self._register = register
        self._feed = feed
        self._summary = summary
        self._clock = clock
        self._crew = crew
        self._timeouts = timeouts
        self._beat_at = float("-inf")
        self._focus: TaskId | None = None
        self._sent: tuple[int, int, int] = (0, 0, 0)
        """Step, attempt and number of parts of the focused text that went out."""
        self._watched = AT_ONCE

    def totals(self) -> Totals:
        """Return the figures over all tasks."""
        return self._summary.totals(self._crew.limit)

    def focus(self, task: TaskId | None) -> None:
        """Stream this task's text from its beginning."""
        self._focus = task
        self._sent = (0, 0, 0)

    def drain(self) -> ChangeBatch:
        """Return what changed since the last drain."""
        now = self._clock.monotonic()
        if now - self._beat_at >= BEAT_S:
            self._beat_at = now
            for task in self._crew.at_work():
                self._feed.mark(task)
        added, changed, removed = self._feed.take()
        get = self._register.get
        return ChangeBatch(
            added=tuple(get(task).snapshot(now) for task in added if task in self._register),
            changed=tuple(get(task).snapshot(now) for task in changed if task in self._register),
            removed=tuple(removed),
            totals=self.totals(),
            live=self._live(),
            deadlines=self._deadlines(),
            at=now,
        )

    def _deadlines(self) -> tuple[Deadline, ...]:
        if self._focus is None or self._focus not in self._register:
            return ()
        return self._timeouts.of(self._focus)

    def _watch(self, reading: Reading) -> None:
        """Let what is looked at be read at once, and what was looked at in its turn again."""
        if reading is not self._watched:
            self._watched.watch(watched=False)
            reading.watch(watched=True)
            self._watched = reading

    def _live(self) -> LiveText | None:
        there = self._focus is not None and self._focus in self._register
        stream = self._register.get(self._focus).stream if self._focus is not None and there else None
        self._watch(stream.reading if stream is not None else AT_ONCE)
        if self._focus is None or stream is None:
            return None
        step, attempt, sent = self._sent
        if (step, attempt) != (stream.step, stream.number):
            sent = 0
        elif sent == len(stream.parts):
            return None
        self._sent = (stream.step, stream.number, len(stream.parts))
        text = "".join(stream.parts[sent:])
        return LiveText(
            task=self._focus,
            step=stream.step,
            attempt=stream.number,
            offset=stream.characters - len(text),
            text=text,
        )

    async def watch(self, task: TaskId) -> AsyncIterator[ProgressReport]:
        """Yield reports of a task until it is at rest or gone."""
        with self._feed.subscribe(task) as subscription:
            while task in self._register:
                snapshot = self._register.get(task).snapshot(self._clock.monotonic())
                yield report(snapshot)
                if snapshot.state in AT_REST:
                    return
                await subscription.changes()

    async def watch_all(self) -> AsyncIterator[ProgressReport]:
        """Yield reports of every task that changed until all are at rest."""
        with self._feed.subscribe() as subscription:
            tasks: tuple[TaskId, ...] = tuple(record.id for record in self._register)
            while True:
                for task in tasks:
                    if task in self._register:
                        yield report(self._register.get(task).snapshot(self._clock.monotonic()))
                if self._all_at_rest():
                    return
                tasks = await subscription.changes()

    def _all_at_rest(self) -> bool:
        by_state, *_ = self._register.counts()
        return not any(count for state, count in by_state.items() if state not in AT_REST)
