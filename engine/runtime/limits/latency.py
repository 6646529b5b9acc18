"""Does a model answer slower because so much is asked of it, and is that worth it? Pure.

Time to first token is held against its own baseline, the least median of a round: the idea of TCP Vegas, which takes
the least round trip. Where it has doubled, the load may be the reason, or longer prompts, or the hour: so the limit is
held for a round, then `EASED` of it for another, and what counts is finished requests a second, by Little's law (limit
/ seconds a request takes). As many as before: the rest only waited in the server, and the lower limit stays. Fewer: the
slower answers were the price of more of them, the old limit comes back, and the new time is the baseline. In the slow
start nothing is compared: it went too far.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from statistics import mean, median

TOLERANCE = 2.0
SLACK_S = 0.05
"""Seconds by which a time to first token may always vary."""
EASED = 0.7
WORTH = 0.97
"""Part of the finished requests that must be left for a lower limit to stay."""
LEAST = 10
"""Samples that mean something."""
MOST = 256
"""Samples that are kept of a round."""


class Verdict(Enum):
    """What follows from a round."""

    NOTHING = "nothing"
    HOLD = "hold"
    EASE = "ease"
    STAY = "stay"
    TOO_FAR = "too far"
    RESTORE = "restore"


@dataclass(slots=True)
class _Round:
    """What was seen at one limit."""

    epoch: int = 0
    firsts: list[float] = field(default_factory=list[float])
    wholes: list[float] = field(default_factory=list[float])
    seen: int = 0

    def whole(self, least: int) -> bool:
        return self.seen >= least


class Latency:
    """Judges round by round."""

    def __init__(self) -> None:
        """Begin without a baseline."""
        self._baseline: float | None = None
        self._round = _Round()
        self._slow: float | None = None
        """Median that was too slow, while a lower limit is tried."""
        self._limit = 0.0
        """The limit then."""
        self._before: float | None = None
        """Requests a second that were finished at it, where that is known."""

    @property
    def eased_from(self) -> float:
        """The limit before the one that is being tried."""
        return self._limit

    @property
    def trying(self) -> bool:
        """Whether a lower limit is being tried."""
        return self._slow is not None

    def forget(self) -> None:
        """Try nothing any more: the limit changed for another reason."""
        self._slow = None
        self._round = _Round()

    def first(self, epoch: int, seconds: float, *, of: int) -> None:
        """Hear when a first token came, of a request sent at limit `of`'s epoch."""
        if epoch != of:
            return
        if self._round.epoch != epoch:
            self._round = _Round(epoch)
        self._round.seen += 1
        if len(self._round.firsts) < MOST:
            self._round.firsts.append(seconds)

    def done(self, epoch: int, seconds: float) -> None:
        """Hear how long a whole reply took."""
        if self.trying and epoch == self._round.epoch and len(self._round.wholes) < MOST:
            self._round.wholes.append(seconds)

    def judge(self, limit: float, *, used: bool, doubling: bool) -> Verdict:
        """Return what follows, where a round at `limit` is whole; `used` says whether all of it is asked for.

        While the limit is `doubling` a few samples are a round, and nothing is tried: it went too far.
        """
        least = LEAST if doubling else max(LEAST, int(limit))
        if self.trying:
            return self._compared(limit) if len(self._round.wholes) >= min(least, MOST) else Verdict.NOTHING
        if not self._round.whole(least):
            return Verdict.NOTHING
        now = median(self._round.firsts)
        self._round = _Round(self._round.epoch)
        baseline = self._baseline
        self._baseline = now if baseline is None else min(now, baseline)
        if baseline is None or not used or limit <= 1 or now <= TOLERANCE * baseline + SLACK_S:
            return Verdict.NOTHING
        if doubling:
            return Verdict.TOO_FAR
        self._slow, self._limit, self._before = now, limit, None
        return Verdict.HOLD

    def _compared(self, limit: float) -> Verdict:
        now = limit / mean(self._round.wholes)
        self._round = _Round(self._round.epoch)
        if self._before is None:
            self._before = now
            return Verdict.EASE
        slow, self._slow = self._slow, None
        if now >= WORTH * self._before:
            return Verdict.STAY
        self._baseline = slow
        return Verdict.RESTORE
