"""The weather over the servers: clear for a while, then bad in one way for a while. The same for the same seed."""

from __future__ import annotations

import random

KINDS = ("slow", "crowd", "crowd without a word", "outage", "silence")
CLEAR_S, BAD_S = 1200.0, 60.0
"""Mean seconds that it is clear, and bad."""

SLOW = 6.0
"""How many times as long everything takes where it is slow."""


class Weather:
    """Changes as time is asked about, which only goes forward."""

    def __init__(self, seed: str) -> None:
        """Begin clear."""
        self._chance = random.Random(f"{seed} weather")
        self._kind = "clear"
        self._until = 0.0
        self.storms = 0

    def at(self, now: float) -> str:
        """Return the weather."""
        if self._until == 0.0:
            self._until = now + self._chance.expovariate(1 / CLEAR_S) / 4
        while now >= self._until:
            clear = self._kind != "clear"
            self._kind = "clear" if clear else self._chance.choice(KINDS)
            self._until += self._chance.expovariate(1 / (CLEAR_S if clear else BAD_S))
            self.storms += not clear
        return self._kind
