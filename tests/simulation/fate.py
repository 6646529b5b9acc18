"""What befalls the computer: it stands still, sleeps, its clock is set, and the program ends as by kill -9."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from tests.simulation.clock import WorldClock
from tests.simulation.network import Network
from tests.simulation.scale import Scale
from tests.simulation.trace import Trace

HOUR_S = 3600.0
BEAT_S = 4.0
"""Mean seconds between two looks at how much was done."""


class Crash(KeyboardInterrupt):
    """The power is off: nothing of this process happens any more."""


class Fate:
    """Strikes by the world's seed, in every life."""

    def __init__(self, scale: Scale, clock: WorldClock, network: Network, trace: Trace) -> None:
        """Begin with nothing planned."""
        self._chance = random.Random(f"{scale.seed} fate")
        self._scale = scale
        self._clock = clock
        self._network = network
        self._trace = trace
        self._points_left: int | None = None
        self._crash_at, self._strike_at = self._after(scale.crashes), self._after(scale.strikes)
        self.count: Counter[str] = Counter()

    async def live(self) -> None:
        """Let things happen for the length of a life, as often as much is done: time passes fast where nothing is."""
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / BEAT_S))
            if self._trace.lines >= self._crash_at:
                self._crash_at = self._after(self._scale.crashes)
                self._plan_crash()
            elif self._trace.lines >= self._strike_at:
                self._strike_at = self._after(self._scale.strikes)
                self._chance.choice((self._busy, self._stopped, self._lid, self._sleep, self._set_clock))()

    def _after(self, times: int) -> float:
        """Draw the line of the trace at which something happens next that happens so many times in all."""
        return self._trace.lines + self._chance.expovariate(times / self._scale.lines)

    def reached(self, point: str) -> None:
        """Take note of a named point of the engine or the store; it may be the last."""
        if self._points_left is None or point == "after_commit":
            return
        self._points_left -= 1
        if self._points_left < 0:
            self._crash(point)

    def _plan_crash(self) -> None:
        if self._chance.random() < 0.3:
            asyncio.get_running_loop().call_soon(self._crash, "amid nothing")
        else:
            self._points_left = self._chance.randrange(0, 30)

    def _crash(self, where: str) -> None:
        self._points_left = None
        self._note("crash", where)
        raise Crash

    def _note(self, kind: str, what: str = "") -> None:
        self.count[kind] += 1
        self._trace.add(self._clock.monotonic(), kind, what)

    def _freeze(self, seconds: float) -> None:
        loop = self._clock.loop
        if loop is not None:
            loop.freeze(loop.now + self._chance.uniform(0.0, 1.0), seconds)

    def _busy(self) -> None:
        """Be too busy for a moment."""
        self._note("busy")
        self._freeze(self._chance.uniform(0.05, 0.6))

    def _stopped(self) -> None:
        """Stop the process alone (SIGSTOP): the network goes on."""
        self._note("stopped")
        self._freeze(self._chance.choice((3.0, 20.0, 45.0, 200.0, HOUR_S)))

    def _lid(self) -> None:
        """Close the lid where the monotonic clock goes on: connections are lost."""
        self._note("lid")
        self._freeze(8 * HOUR_S)
        self._lose()

    def _sleep(self) -> None:
        """Sleep where the monotonic clock stands still meanwhile, as on Linux: connections are lost."""
        self._note("sleep")
        self._clock.set_off(8 * HOUR_S)
        self._lose()

    def _set_clock(self) -> None:
        """Set the wall clock, either way."""
        self._note("clock set")
        self._clock.set_off(self._chance.choice((-30 * 24.0, -25.0, -1.0, 0.1, 1.0, 25.0, 30 * 24.0)) * HOUR_S)

    def _lose(self) -> None:
        for exchange in self._network.exchanges.values():
            exchange.lose()
