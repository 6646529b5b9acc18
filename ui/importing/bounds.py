"""What bounds a batch as a whole from its first request on: a budget, a deadline. A refused batch leaves neither."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.face import DroverError, Engine, Level, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is asked for; None leaves what holds for the batch as it is."""

    budget: int | None = None
    due_ms: int | None = None

    def hold(self, engine: Engine, batch: str) -> None:
        """Let them hold for a batch. Raises TIME_LIMIT_OUT_OF_RANGE."""
        if self.due_ms is not None:
            engine.set_deadline(batch, self.due_ms)
        if self.budget is not None:
            engine.set_budget(Scope(Level.BATCH, batch), self.budget)


@contextmanager
def bounded(engine: Engine, batch: str, bounds: Bounds) -> Generator[None]:
    """Let them hold while the body makes tasks, and after it; where the engine refuses those, what was before holds."""
    scope = Scope(Level.BATCH, batch)
    budget, due_ms = engine.balance(scope).limit, engine.deadline_of(batch)
    try:
        bounds.hold(engine, batch)
        yield
    except DroverError:
        if not engine.totals().trouble:  # not refused: what waits to be saved comes in later, within its bounds
            if bounds.budget is not None:
                engine.set_budget(scope, budget)
            if bounds.due_ms is not None:
                engine.set_deadline(batch, due_ms)
        raise
