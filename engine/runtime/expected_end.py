"""When what runs or waits is expected to be done, found by going over all tasks a part at a time.

Ten thousand tasks looked at in one go would hold up every stream and every click for as long as a few frames take, and
looked at once a second they took a quarter of what the window's thread does beside two hundred streams.
"""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING

from engine.domain.states import LIVE, Phase, State
from engine.runtime.outlook import Outlook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.domain.clock import Clock
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register

WALK_S = 1.0
"""Seconds in which all tasks are looked at once, where they are few."""

PER_S = 2_000
"""Tasks looked at in a second: where there are more, a walk takes longer."""

LONGEST_S = 20.0
"""Seconds of a walk at most, however many there are."""

GO_ON = LIVE | {State.PENDING}


class ExpectedEnd:
    """The expected end of all tasks."""

    def __init__(self, register: Register, clock: Clock) -> None:
        """Look at tasks of `register`."""
        self._register = register
        self._clock = clock
        self._walk: Iterator[TaskRecord] = iter(())
        self._outlook = Outlook()
        self._looked_at = float("-inf")
        self._told: float | None = None

    def end_s(self, now: float, places: int) -> float | None:
        """Return the seconds until the last task is done, so many at the same time, as of the last whole walk.

        Looks at as many tasks as the time since the last call asks: at all of them where nobody asked for long.
        """
        share = min(1.0, (now - self._looked_at) / self._walk_s)
        self._looked_at = now
        if share == 1.0:
            self._begin()
        number = math.ceil(share * len(self._register))
        part = list(islice(self._walk, number))
        for record in part:
            self._look_at(record, now)
        if share == 1.0 or len(part) < number:
            self._told = self._outlook.end(places)
            self._begin()
        return self._told

    @property
    def _walk_s(self) -> float:
        return min(LONGEST_S, max(WALK_S, len(self._register) / PER_S))

    def _begin(self) -> None:
        self._walk, self._outlook = iter(tuple(self._register)), Outlook()

    def _look_at(self, record: TaskRecord, now: float) -> None:
        standing, outlook = record.standing, self._outlook
        outlook.past(standing.active_s - standing.step_s, standing.steps_done)
        if standing.state not in GO_ON:
            return
        eta = record.eta(now) if standing.steps_done else None
        if eta is None:
            outlook.waits(record.spec.total_steps, self._until_hour(record))
        else:
            outlook.begun(eta)

    def _until_hour(self, record: TaskRecord) -> float:
        hour = record.spec.not_before_ms
        if hour is None or record.phase is not Phase.SCHEDULED:
            return 0.0
        return (hour - self._clock.wall_ms()) / 1000
