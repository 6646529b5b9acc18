"""The line before a provider: in whose turn is the next request? Pure; O(1) in those who wait.

Priority first; among equals the batches take turns, one request each, so that a task of its own does not wait for all
of a batch of thousands; within a batch who came first goes first, so that all that runs of it gets on alike.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody stands."""

    priority: int = 0
    batch: str = ""


@dataclass(slots=True, eq=False)
class Waiting(Generic[T]):
    """One that waits. `gone` when it left the line; it is skipped when it is met."""

    place: Place
    who: T
    gone: bool = False


@dataclass(slots=True)
class _Rank(Generic[T]):
    """All of one priority, by batch, in order of arrival; the batch in front goes next."""

    batches: OrderedDict[str, deque[Waiting[T]]] = field(default_factory=OrderedDict[str, deque[Waiting[T]]])


class Line(Generic[T]):
    """Those that wait for one model."""

    def __init__(self) -> None:
        """Begin empty."""
        self._ranks: dict[int, _Rank[T]] = {}
        self._priorities: list[int] = []
        """A heap of minus the priorities that have a rank."""
        self._length = 0

    def __len__(self) -> int:
        """How many wait."""
        return self._length

    def __iter__(self) -> Iterator[Waiting[T]]:
        """Go over those that wait, in no order that means anything."""
        for rank in self._ranks.values():
            for queue in rank.batches.values():
                yield from (waiting for waiting in queue if not waiting.gone)

    def join(self, place: Place, who: T) -> Waiting[T]:
        """Stand in the line; a batch that has nobody there yet comes last among its equals."""
        if place.priority not in self._ranks:
            self._ranks[place.priority] = _Rank[T]()
            heapq.heappush(self._priorities, -place.priority)
        waiting = Waiting(place, who)
        self._ranks[place.priority].batches.setdefault(place.batch, deque()).append(waiting)
        self._length += 1
        return waiting

    def leave(self, waiting: Waiting[T]) -> None:
        """Wait no more."""
        if not waiting.gone:
            waiting.gone = True
            self._length -= 1

    def first(self) -> Waiting[T] | None:
        """Return whose turn it is, or None; nobody moves."""
        while self._priorities:
            rank = self._ranks[-self._priorities[0]]
            while rank.batches:
                batch, queue = next(iter(rank.batches.items()))
                while queue and queue[0].gone:
                    queue.popleft()
                if queue:
                    return queue[0]
                del rank.batches[batch]
            del self._ranks[-heapq.heappop(self._priorities)]
        return None

    def take(self) -> Waiting[T] | None:
        """Let the first one go; its batch then stands behind the others of its priority."""
        waiting = self.first()
        if waiting is None:
            return None
        batches = self._ranks[waiting.place.priority].batches
        batches[waiting.place.batch].popleft()
        batches.move_to_end(waiting.place.batch)
        waiting.gone = True
        self._length -= 1
        return waiting
