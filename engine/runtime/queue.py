"""Which task runs next: priority first, then the order of creation. No clock, no asyncio."""

from __future__ import annotations

import heapq

from engine.domain.ids import TaskId

Key = tuple[int, int, float]
"""(0 when asked to go first, minus priority or lane, order or place): the least goes first."""


class RunQueue:
    """Tasks that wait for a place. Every operation is O(log n); removed entries are skipped when met."""

    def __init__(self) -> None:
        """Begin empty."""
        self._heap: list[tuple[Key, TaskId]] = []
        self._keys: dict[TaskId, Key] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._keys)

    def __contains__(self, task: TaskId) -> bool:
        """Whether the task waits."""
        return task in self._keys

    def put(self, task: TaskId, *, priority: int, order: float, first: bool = False) -> None:
        """Add a task, or move it to the place these figures give it."""
        key = (0 if first else 1, -priority, order)
        self._keys[task] = key
        heapq.heappush(self._heap, (key, task))

    def remove(self, task: TaskId) -> bool:
        """Take a task out; False when it was not in."""
        return self._keys.pop(task, None) is not None

    def pop(self) -> TaskId | None:
        """Take out the task that goes next, or None."""
        while self._heap:
            key, task = heapq.heappop(self._heap)
            if self._keys.get(task) == key:
                del self._keys[task]
                return task
        return None
