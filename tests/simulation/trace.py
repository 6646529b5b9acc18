"""What happened, line by line: its digest says whether two runs were the same, its end what led to a fault."""

from __future__ import annotations

import hashlib
from collections import Counter, deque

KEPT = 60
"""Lines kept for whoever reads of a fault."""

TOLD = 20
"""Faults told one by one."""

FAULTS = (
    *("early", "stuck", "lost", "doubled", "over", "under", "illegal", "late"),
    *("unrecorded", "unheeded", "hasty", "forgotten", "internal", "broken"),
)
"""What can be wrong, by name."""


class Trace:
    """Everything seen from outside the engine, in order; muted while a dead engine is taken apart."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._digest = hashlib.sha256()
        self._recent: deque[str] = deque(maxlen=KEPT)
        self.muted = False
        self.lines = 0
        self.faults: Counter[str] = Counter()
        self.told: list[str] = []

    def add(self, now: float, kind: str, what: str) -> None:
        """Take in a line."""
        if self.muted:
            return
        line = f"{now!r} {kind} {what}\n"
        self._digest.update(line.encode())
        self._recent.append(line)
        self.lines += 1

    def fault(self, kind: str, what: str) -> None:
        """Say that something was not as it must be, with what had just happened where it is the first."""
        if self.muted:
            return
        self.faults[kind] += 1
        if not self.told:
            self.told += [f"    {line.rstrip()}" for line in self._recent]
        if len(self.told) < KEPT + TOLD:
            self.told.append(f"{kind}: {what}")

    @property
    def hopeless(self) -> bool:
        """Whether enough is wrong: a task that hangs would let the world go on for ever."""
        return self.faults["stuck"] > 0 or self.faults.total() >= TOLD

    @property
    def hash(self) -> str:
        """The digest of all lines."""
        return self._digest.hexdigest()
