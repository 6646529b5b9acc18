"""When streams are read: each at once while there is little to read, else each in its turn, once a period.

What a server writes token by token the kernel puts together meanwhile, so that one read takes many tokens and what a
read costs is paid once for all of them. The price is that text comes up to a period late: so the period is no longer
than the load asks for, and none where the load is light. Whoever needs a stream sooner (who looks at it, a deadline
that is due, the end of a reply) reads it out of turn.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Protocol

READS = 2_000
"""Reads a second that all streams together may cost before they are read in turns."""
LONGEST_S = 1.0
"""A period at most."""
TICK_S = 0.02
"""Seconds between two rounds: a round is 1/50 of the streams where the period is longest."""
LOOK_S = 0.25
"""Seconds over which the load is measured."""
GO = 200
"""Streams read at one go: a few milliseconds. The loop has its turn between two goes."""
CALM = 0.8
"""Part of `READS` below which turns end again, so that a load at the edge does not swing between both ways."""


class Stream(Protocol):
    """One that may be read in turns."""

    def turn(self) -> int:
        """Read what waits; what the system does not tell of any more comes in turns from now on."""
        ...

    def release(self) -> None:
        """Be read at once again."""
        ...


def period_s(streams: int, arrivals: float, *, in_turns: bool) -> float:
    """Return the seconds between two reads of a stream, 0 for at once. Pure.

    `arrivals`: what servers wrote for all streams a second, each piece of it a read if it were read at once.
    """
    if arrivals <= READS * (CALM if in_turns else 1.0):
        return 0.0
    return min(LONGEST_S, max(TICK_S, streams / READS))


class Pacer:
    """Reads the streams that may wait. All work of a round is that of the streams whose turn it is."""

    def __init__(self) -> None:
        """Have no streams."""
        self.period_s = 0.0
        """Seconds between two reads of a stream; 0 while all are read at once."""
        self._ring: OrderedDict[Stream, None] = OrderedDict()
        self._arrived = 0
        self._rate = 0.0
        self._owed = 0.0
        self._looked_at = self._ticked_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def streams(self) -> int:
        """How many may wait for their turn."""
        return len(self._ring)

    def enter(self, stream: Stream) -> None:
        """Let a stream wait for its turn, where there are turns."""
        self._ring[stream] = None
        if self._timer is None:
            self._arrived, self._rate, self._owed = 0, 0.0, 0.0
            self._looked_at = self._ticked_at = asyncio.get_running_loop().time()
            self._sleep()

    def leave(self, stream: Stream) -> None:
        """Let a stream wait no more."""
        self._ring.pop(stream, None)

    def arrived(self, pieces: int) -> None:
        """Say that so many pieces were read of a stream."""
        self._arrived += pieces

    def _sleep(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TICK_S if self.period_s else LOOK_S, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= LOOK_S * 0.9:
            self._look(now)
        self._owe(now)
        if self._ring or self.period_s:
            self._sleep()  # first: whatever one stream does, the others have their turns
        if self.period_s:
            self._go()

    def _look(self, now: float) -> None:
        rate = self._arrived / (now - self._looked_at)
        self._arrived, self._looked_at = 0, now
        self._rate = rate if not self._rate else (self._rate + rate) / 2
        before, self.period_s = self.period_s, period_s(len(self._ring), self._rate, in_turns=self.period_s > 0)
        if before and not self.period_s:
            for stream in tuple(self._ring):
                stream.release()

    def _owe(self, now: float) -> None:
        streams = len(self._ring)
        if self.period_s:
            self._owed = min(streams, self._owed + streams * (now - self._ticked_at) / self.period_s)
        self._ticked_at = now

    def _go(self) -> None:
        """Read those whose turn it is, the first of the ring first."""
        ring = self._ring
        for _ in range(min(GO, int(self._owed), len(ring))):
            stream = next(iter(ring))
            ring.move_to_end(stream)
            self.arrived(stream.turn())
            self._owed -= 1
        if self._owed >= 1 and ring and self.period_s:
            asyncio.get_running_loop().call_soon(self._go)
