"""Many tasks acted on a few at a time, so that a click on ten thousand leaves the window its turns.

What was asked holds at once all the same: whoever asks for something else meanwhile has the rest done first, in order.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.runtime.record import TaskRecord

AT_ONCE = 250
"""Tasks acted on in one turn: some three milliseconds."""


class Turns:
    """Acts that are not all done yet, first asked first done."""

    def __init__(self, begun: Callable[[], None], ended: Callable[[], None]) -> None:
        """Call `begun` when something is put off, and `ended` when nothing is any more."""
        self._begun = begun
        self._ended = ended
        self._left: deque[tuple[TaskRecord, Callable[[TaskRecord], object]]] = deque()
        self._next: asyncio.Handle | None = None

    def take(self, records: Sequence[TaskRecord], act: Callable[[TaskRecord], object]) -> None:
        """Act on the first of `records` now and on the others in turns."""
        self.finish()
        for record in records[:AT_ONCE]:
            act(record)
        self._left.extend((record, act) for record in records[AT_ONCE:])
        if self._left:
            self._begun()
            self._come_back()

    def finish(self) -> None:
        """Do now what is left."""
        if self._next is None:
            return
        self._next.cancel()
        while self._left:
            self._one()
        self._end()

    def _turn(self) -> None:
        for _ in range(min(AT_ONCE, len(self._left))):
            self._one()
        if self._left:
            self._come_back()
        else:
            self._end()

    def _one(self) -> None:
        record, act = self._left.popleft()
        act(record)

    def _come_back(self) -> None:
        self._next = asyncio.get_running_loop().call_soon(self._turn)

    def _end(self) -> None:
        self._next = None
        self._ended()
