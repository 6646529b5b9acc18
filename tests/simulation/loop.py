"""The loop of the simulated world: timers jump, the network arrives by itself, and the process can stand still.

What the network brings is looked at before any timer is, as a real loop asks its selector first: so data that arrived
while the process stood still is read before a deadline that fell due meanwhile. Nothing here is a socket or a thread.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import selectors
from collections.abc import Callable
from contextvars import Context
from itertools import count
from typing import TypeVarTuple, Unpack

Ts = TypeVarTuple("Ts")

LONG_S = 1.0
"""A stand-still longer than this is nobody's lateness; a shorter one is a busy computer."""


class NothingLeftError(RuntimeError):
    """Somebody waits for what no timer and no network will ever bring."""


class _Jumping(selectors.SelectSelector):
    """Waits by moving the loop's clock."""

    loop: WorldLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self.loop.jump(math.inf if timeout is None else timeout)
        self.loop.deliver()
        return []


class WorldLoop(asyncio.SelectorEventLoop):
    """See the module. Times are virtual seconds."""

    def __init__(self, now: float) -> None:
        """Begin at `now`."""
        self.now = now
        self.still_s = 0.0
        """Seconds of all long stand-stills so far."""
        self._order = count()
        self._wire: list[tuple[float, int, Callable[[], None]]] = []
        self._freezes: list[tuple[float, float]] = []
        selector = _Jumping()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Return the virtual time."""
        return self.now

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """See asyncio: there is one thread, and nobody to wake."""
        return self.call_soon(callback, *args, context=context)

    def arrive(self, at: float, call: Callable[[], None]) -> None:
        """Let something come over the network at a time, whatever the process does then."""
        heapq.heappush(self._wire, (at, next(self._order), call))

    def freeze(self, at: float, seconds: float) -> None:
        """Let the process stand still from a time on."""
        heapq.heappush(self._freezes, (at, seconds))

    def jump(self, seconds: float) -> None:
        """Go to the next thing that happens, at most `seconds` away."""
        before, target = self.now, self.now + seconds
        if self._wire:
            target = min(target, self._wire[0][0])
        if self._freezes and self._freezes[0][0] <= target:
            at, still = heapq.heappop(self._freezes)
            target = max(before, at) + still
            self.still_s += still if still > LONG_S else 0.0
        if math.isinf(target):
            raise NothingLeftError
        self.now = target if target > before else math.nextafter(before, math.inf)

    def deliver(self) -> None:
        """Hand over what has come."""
        while self._wire and self._wire[0][0] <= self.now:
            heapq.heappop(self._wire)[2]()
