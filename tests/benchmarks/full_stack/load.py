"""How much is live in a case, as words between processes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """So many tasks live, of which so many stream so many tokens a second, watched for so many seconds."""

    tasks: int
    streams: int
    rate: float
    seconds: float
    url: str = ""

    @property
    def case(self) -> str:
        """What it is called."""
        if not self.tasks:
            return "no tasks"
        return f"{self.tasks} tasks live, {self.streams} streaming {self.rate:g} tok/s"

    @property
    def words(self) -> tuple[str, ...]:
        """The arguments that say it."""
        return tuple(map(str, (self.tasks, self.streams, self.rate, self.seconds, self.url)))


def loaded(arguments: Sequence[str] = sys.argv[1:]) -> Load:
    """Return what arguments say."""
    tasks, streams, rate, seconds, url = arguments
    return Load(tasks=int(tasks), streams=int(streams), rate=float(rate), seconds=float(seconds), url=url)
