"""What the engine holds in memory of one task while the program runs.

Two standings. `tip` is as of the last record queued to the store, `standing` as of the last one known durable.
Whoever writes derives from the tip, so that records of one task never undo each other; whoever shows reads the
standing, so that nothing is shown as saved that is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from engine.domain.progress import remaining
from engine.domain.states import LIVE, Phase, State, Wanted
from engine.domain.task import Standing, TaskSnapshot, TaskSpec, route_of
from engine.providers.port import AT_ONCE, Reading

if TYPE_CHECKING:
    from engine.cost.port import Hold
    from engine.domain.ids import TaskId
    from engine.domain.task import Route
    from engine.runtime.deadlines import Deadlines
    from engine.runtime.limits.gate import InLine


SETTLE_S = 0.25
"""Seconds of a stream before its speed means anything."""


@dataclass(slots=True, kw_only=True)
class Stream:
    """The attempt in flight, as it streams. Times are monotonic seconds."""

    number: int
    step: int
    parts: list[str] = field(default_factory=list[str])
    characters: int = 0
    tokens: int = 0
    first_token_at: float | None = None
    last_at: float = 0.0
    marked: bool = False
    """Whether the spool knows that there is text to take."""
    reading: Reading = AT_ONCE
    """How to say how soon it is to be read."""

    def add(self, text: str, tokens: int, now: float) -> None:
        """Take in a delta."""
        if self.first_token_at is None:
            self.first_token_at = now
        self.last_at = now
        self.tokens += tokens
        if text:
            self.parts.append(text)
            self.characters += len(text)

    @property
    def text(self) -> str:
        """What arrived so far."""
        return "".join(self.parts)

    def speed(self, now: float) -> float:
        """Output tokens a second since the first one; 0 until it means something."""
        if self.first_token_at is None or now - self.first_token_at < SETTLE_S:
            return 0.0
        return self.tokens / (now - self.first_token_at)


@dataclass(slots=True, kw_only=True)
class TaskRecord:
    """One task in memory. Only the runner of the task and the supervisor change it."""

    id: TaskId
    order: int
    spec: TaskSpec
    standing: Standing
    tip: Standing
    phase: Phase = Phase.IDLE
    phase_until: float | None = None
    in_line: InLine | None = None
    """How to see what it waits for before its provider, while it does."""
    hold: Hold | None = None
    stream: Stream | None = None
    deadlines: Deadlines | None = None
    """Those of the attempt in flight."""
    active_since: float | None = None
    """Monotonic time since which active time runs; None while it stands still."""
    offered: bool = False
    """Whether money stopped it and would not any more, as far as was looked."""
    course: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """Pico and seconds at the end of each step, while all of them were seen."""
    queued: int = 0
    shown: int = 0

    @property
    def route(self) -> Route:
        """The provider and model that the task is on."""
        return route_of(self.spec, self.tip)

    def next(self, **changes: object) -> tuple[int, Standing]:
        """Move the tip and return its number and value, to be queued and later shown."""
        self.tip = msgspec.structs.replace(self.tip, **changes)
        self.queued += 1
        return self.queued, self.tip

    def show(self, number: int, standing: Standing) -> bool:
        """Take `standing` as what is so, unless a later one was shown already."""
        if number <= self.shown:
            return False
        self.shown = number
        self.standing = standing
        return True

    def unsaved_active(self, now: float) -> float:
        """Active seconds that no record holds yet."""
        return 0.0 if self.active_since is None else max(0.0, now - self.active_since)

    def take_active(self, now: float) -> float:
        """Return the active seconds since the last call and count on from `now`."""
        seconds = self.unsaved_active(now)
        if self.active_since is not None:
            self.active_since = now
        return seconds

    def snapshot(self, now: float) -> TaskSnapshot:
        """Return what is so now."""
        standing, stream = self.standing, self.stream
        phase, until = (self.phase, self.phase_until) if self.in_line is None else self.in_line(now)
        active = standing.active_s + self.unsaved_active(now)
        return TaskSnapshot(
            id=self.id,
            order=self.order,
            spec=self.spec,
            standing=standing,
            phase=self._phase(phase),
            phase_until=until,
            held=self.hold.amount if self.hold else 0,
            streamed_tokens=stream.tokens if stream else 0,
            tokens_per_s=stream.speed(now) if stream else 0.0,
            active_s=active,
            eta_s=self._eta(active),
            offered=self.offered and standing.state is State.PAUSED,
        )

    def _phase(self, busy_with: Phase) -> Phase:
        if self.standing.state in LIVE or self.phase is Phase.AWAITING_CONSENT:
            if self.tip.wanted is Wanted.CANCEL:
                return Phase.CANCELLING
            if self.tip.wanted is not Wanted.NOTHING:
                return Phase.PAUSING
            return busy_with
        if self.standing.state is not State.PENDING:
            return Phase.IDLE
        return Phase.SCHEDULED if self.phase is Phase.SCHEDULED else Phase.QUEUED

    def eta(self, now: float) -> float | None:
        """Return the expected seconds of work left; None when nothing is known yet."""
        return self._eta(self.standing.active_s + self.unsaved_active(now))

    def _eta(self, active_s: float) -> float | None:
        standing = self.standing
        if standing.state is State.COMPLETED:
            return 0.0
        done, total = standing.steps_done, self.spec.total_steps
        expected = remaining(steps_done=done, total_steps=total, active_s=standing.active_s - standing.step_s)
        if expected is None:
            return None
        return max(0.0, expected - (active_s - standing.active_s + standing.step_s))
