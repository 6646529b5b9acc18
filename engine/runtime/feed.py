"""The change feed: which tasks changed, never what happened to them.

A mark costs a tenth of a microsecond and there is no event object, so that memory is bounded by tasks and a reader
that dawdles only sees fewer, newer states. Readers pull; none is ever called, so none can harm the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.domain.ids import TaskId


@dataclass(slots=True, kw_only=True, eq=False)
class Subscription:
    """One reader's view of what changed since it last looked; `only` narrows it to one task."""

    only: TaskId | None = None
    dirty: dict[TaskId, None] = field(default_factory=dict[TaskId, None])
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def changes(self) -> tuple[TaskId, ...]:
        """Wait for changes and take them."""
        await self.woken.wait()
        self.woken.clear()
        taken = tuple(self.dirty)
        self.dirty.clear()
        return taken


class ChangeFeed:
    """Marks for the window's drain and for any number of subscriptions."""

    def __init__(self) -> None:
        """Begin with nothing changed."""
        self._added: dict[TaskId, None] = {}
        self._dirty: dict[TaskId, None] = {}
        self._removed: dict[TaskId, None] = {}
        self._subscriptions: set[Subscription] = set()

    def mark(self, task: TaskId) -> None:
        """Say that a task changed."""
        self._dirty[task] = None
        if self._subscriptions:
            self._tell(task)

    def add(self, task: TaskId) -> None:
        """Say that a task is new."""
        self._added[task] = None
        self._tell(task)

    def remove(self, task: TaskId) -> None:
        """Say that a task is gone."""
        self._removed[task] = None
        self._tell(task)

    def take(self) -> tuple[list[TaskId], list[TaskId], list[TaskId]]:
        """Return (added, changed, removed) since the last take, each task once."""
        if not (self._added or self._removed):  # thirty times a second, while tasks only stream
            changed = list(self._dirty)
            self._dirty.clear()
            return [], changed, []
        removed = [task for task in self._removed if task not in self._added]
        added = [task for task in self._added if task not in self._removed]
        changed = [task for task in self._dirty if task not in self._added and task not in self._removed]
        self._added.clear()
        self._dirty.clear()
        self._removed.clear()
        return added, changed, removed

    @contextmanager
    def subscribe(self, only: TaskId | None = None) -> Generator[Subscription]:
        """Open a subscription for the body."""
        subscription = Subscription(only=only)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def _tell(self, task: TaskId) -> None:
        for subscription in self._subscriptions:
            if subscription.only is None or subscription.only == task:
                subscription.dirty[task] = None
                subscription.woken.set()
