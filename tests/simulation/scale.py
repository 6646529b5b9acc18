"""How large a world is, and how often things happen in it: so that a short one meets what a long one does."""

from __future__ import annotations

from dataclasses import dataclass

STEP_S = 8.0
"""Virtual seconds of a step, about."""

LINES = 4.0
"""Lines of the trace for a step, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One world."""

    tasks: int
    steps: int
    seed: str
    crashes: int = 8
    """How often the program ends as by kill -9, about."""
    strikes: int = 40
    """How often something else befalls the computer, about."""

    @property
    def running(self) -> int:
        """Tasks that run at the same time."""
        return max(4, min(1000, self.tasks // 4))

    @property
    def lines(self) -> float:
        """Lines of the trace, about."""
        return self.tasks * self.steps * LINES

    @property
    def act_s(self) -> float:
        """Mean seconds between two acts of the person."""
        return max(5.0, self.tasks * self.steps * STEP_S / self.running / (60.0 + self.tasks / 10))
