"""When all of it will be done: from the steps that were, for those that are left. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Outlook:
    """Adds up tasks, one after the other."""

    _seconds: float = 0.0
    _steps: int = 0
    _left: list[float] = field(default_factory=list[float])
    _waiting: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])

    def past(self, seconds: float, steps: int) -> None:
        """Take in what was done of a task."""
        self._seconds += seconds
        self._steps += steps

    def begun(self, left_s: float) -> None:
        """Take in a task that goes on for so many seconds of work."""
        self._left.append(left_s)

    def waits(self, steps: int, wait_s: float = 0.0) -> None:
        """Take in a task with no step yet, which does not begin before `wait_s`."""
        self._waiting.append((steps, wait_s))

    def end(self, places: int) -> float | None:
        """Return the seconds until the last one is done, so many at the same time; None where nothing tells."""
        if not (self._left or self._waiting) or (self._waiting and not self._steps):
            return None
        step_s = self._seconds / self._steps if self._steps else 0.0
        now = [*self._left, *(steps * step_s for steps, wait_s in self._waiting if wait_s <= 0)]
        later = (steps * step_s + wait_s for steps, wait_s in self._waiting if wait_s > 0)
        return max(sum(now) / max(1, min(places, len(now))), *now, *later, 0.0)
