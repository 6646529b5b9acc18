"""The deadlines of one attempt: one wait for all levels, which can also be cut by hand.

Whatever comes first ends the block with `CutError` and its cause. No deadline fires early; none fires while a reply
that already arrived waits to be read (what waits is read then, and `PATIENCE` turns of the loop are left to whoever
takes it); and time in which the process itself stood still (`engine.runtime.gaps`) is credited to every level. A level
can be extended or lifted while it runs.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from engine.domain.states import TimeLevel, Wanted

PATIENCE = 8
"""Turns of the loop between a deadline being due and its firing."""

Cause = TimeLevel | Wanted


class CutError(Exception):
    """The block was ended: by a deadline's level, or by a person's wish."""

    def __init__(self, cause: Cause) -> None:
        """Name the cause."""
        super().__init__(cause)
        self.cause = cause


class Deadlines:
    """Async context: ends its body when a level is due or `cut` is called. Times are those of the loop."""

    def __init__(self, limits: Mapping[TimeLevel, float], *, credit: Callable[[], float] = float) -> None:
        """Take the seconds of each level (`math.inf`: no limit).

        All count from entry but two: FIRST_TOKEN until the first progress, SILENCE from each to the next. `credit`
        tells the seconds that the process has stood still so far.
        """
        self._limits = {TimeLevel.FIRST_TOKEN: math.inf, TimeLevel.SILENCE: math.inf, **limits}
        self._credit = credit
        self._credit_before = 0.0
        self._due: dict[TimeLevel, float] = {}
        self._progress_at: float | None = None
        self._cause: Cause | None = None
        self._scope = asyncio.timeout(None)
        self._timer: asyncio.Handle | None = None
        self._read: Callable[[], None] | None = None
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> Self:
        """Start all levels."""
        now = self._loop.time()
        self._credit_before = self._credit()
        self._due = {level: now + seconds for level, seconds in self._limits.items()}
        await self._scope.__aenter__()
        self._stage(TimeLevel.FIRST_TOKEN, now)
        self._arm()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all levels; raises `CutError` when one of them, or `cut`, ended the body."""
        self.settle()
        try:
            await self._scope.__aexit__(kind, error, trace)
        except TimeoutError:
            if self._cause is not None and self._scope.expired():
                raise CutError(self._cause) from None
            raise

    def progress(self) -> None:
        """Say that something of the reply arrived: silence is counted from now. Costs no timer but the first time."""
        first = self._progress_at is None
        self._progress_at = self._loop.time() - (self._credit() - self._credit_before)
        if first:  # silence may be due long before the first token would have been, or be the only level with an end
            self._disarm()
            self._check()

    def read_by(self, read: Callable[[], None]) -> None:
        """Let `read` take in what waits, before a level that is due is judged: streams are not always read at once."""
        self._read = read

    def left(self) -> dict[TimeLevel, float]:
        """Return the seconds that each running level has left, the nearest first; infinite where it has no limit."""
        self._silence_from_progress()
        late = self._loop.time() - (self._credit() - self._credit_before)
        return {level: max(0.0, due - late) for level, due in sorted(self._due.items(), key=lambda pair: pair[1])}

    def extend(self, level: TimeLevel, seconds: float) -> None:
        """Let a level have `seconds` more (`math.inf`: no end), running or yet to come."""
        self._limits[level] += seconds
        if level in self._due:
            self._due[level] += seconds
        self._disarm()
        self._arm()

    def put(self, level: TimeLevel, seconds: float) -> None:
        """Let a level be due so many seconds from now (`math.inf`: never), whatever held before."""
        self._limits[level] = seconds
        if self._due:
            self._due[level] = self._loop.time() - (self._credit() - self._credit_before) + seconds
        self._disarm()
        self._arm()

    def settle(self) -> None:
        """Let nothing be late any more: what all levels were for has come. A person's wish still cuts."""
        self._disarm()
        self._due.clear()

    def cut(self, cause: Cause) -> None:
        """End the body now, from outside; the first cause stays."""
        if self._cause is None:
            self._cause = cause
            self._scope.reschedule(self._loop.time())

    def _stage(self, level: TimeLevel, since: float) -> None:
        self._due.pop(TimeLevel.FIRST_TOKEN, None)
        self._due.pop(TimeLevel.SILENCE, None)
        self._due[level] = since + self._limits[level]

    def _silence_from_progress(self) -> None:
        if self._progress_at is not None and self._due:
            self._stage(TimeLevel.SILENCE, self._progress_at)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self._timer = None
        if self._due and self._cause is None and math.isfinite(due := self._nearest()[1]):
            self._timer = self._loop.call_at(due, self._check)

    def _nearest(self) -> tuple[TimeLevel, float]:
        level, due = min(self._due.items(), key=lambda pair: pair[1])
        return level, due + self._credit() - self._credit_before

    def _check(self, turns: int = PATIENCE) -> None:
        self._silence_from_progress()
        if not self._due or self._cause is not None:
            return
        level, due = self._nearest()
        if self._loop.time() < due:
            self._arm()
        elif turns > 0:
            if turns == PATIENCE and self._read is not None:
                self._read()
            self._timer = self._loop.call_soon(self._check, turns - 1)
        else:
            self.cut(level)


class Interruptible(Deadlines):
    """A wait that only a person's wish ends: for a slot, a hold, the next try."""

    def __init__(self) -> None:
        """Have no deadline."""
        super().__init__({})
