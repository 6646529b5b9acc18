"""Tasks that wait for their hour. The hour is the wall's, which jumps: it is looked at anew at least twice a minute."""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.clock import Clock
    from engine.domain.ids import TaskId

LOOK_S = 20.0
"""Seconds between two looks at the wall's clock at most: a computer that slept, or whose clock was set, is noticed."""


class Timetable:
    """Calls when a task's hour has come; every operation is O(log n)."""

    def __init__(self, clock: Clock, due: Callable[[TaskId], None]) -> None:
        """Tell `due` of each task whose hour has come."""
        self._clock = clock
        self._due = due
        self._heap: list[tuple[int, TaskId]] = []
        self._hours: dict[TaskId, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __contains__(self, task: TaskId) -> bool:
        """Whether the task waits for its hour."""
        return task in self._hours

    def put(self, task: TaskId, at_ms: int) -> None:
        """Let a task wait until `at_ms`, or from then on instead."""
        self._hours[task] = at_ms
        heapq.heappush(self._heap, (at_ms, task))
        self._wait()

    def remove(self, task: TaskId) -> None:
        """Let a task wait no more."""
        self._hours.pop(task, None)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self.stop()
        while self._heap and self._hours.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        if self._heap:
            left = (self._heap[0][0] - self._clock.wall_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(min(max(left, 0.0), LOOK_S), self._look)

    def _look(self) -> None:
        now = self._clock.wall_ms()
        while self._heap and self._heap[0][0] <= now:
            at_ms, task = heapq.heappop(self._heap)
            if self._hours.get(task) == at_ms:
                del self._hours[task]
                self._due(task)
        self._wait()
