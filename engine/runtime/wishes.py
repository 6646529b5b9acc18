"""What a person, or the end of the program, wishes of a running task, and how soon it takes effect.

A wish is read from the record's tip, so it is recorded before anything heeds it. It ends a wait at once; a stream it
ends only when the person said "now" or cancelled, because a step in flight is being paid.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from engine.domain.states import Event, PauseReason, Phase, State, Wanted
from engine.runtime.deadlines import CutError, Deadlines, Interruptible
from engine.runtime.stop import Stop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from engine.domain.ids import TaskId
    from engine.runtime.record import TaskRecord


class Wishes:
    """The wishes for one runner."""

    def __init__(self, record: TaskRecord, changed: Callable[[TaskId], None]) -> None:
        """Read wishes from `record`; tell `changed` of each new phase."""
        self._record = record
        self._changed = changed
        self._closing = self._expected = Wanted.NOTHING
        self._halt: Stop | None = None
        self._scope: Deadlines | None = None
        self._waiting = False
        self._surplus = False

    @property
    def current(self) -> Wanted:
        """What is wished now; a person's wish stands above the program's end."""
        return self._asked if self._asked is not Wanted.NOTHING else self._closing

    @property
    def _asked(self) -> Wanted:
        wanted = self._record.tip.wanted
        return self._expected if wanted is Wanted.NOTHING else wanted

    def expect(self, wish: Wanted) -> None:
        """Let no request leave from now on: a person's wish is about to be recorded, and heeded then."""
        self._expected = wish

    def close(self, wish: Wanted) -> None:
        """Wish a pause because the program ends: after the step, or now."""
        self._closing = wish
        self.heed()

    def halt(self, stop: Stop) -> None:
        """Stop after the step in flight, for what makes going on wrong whatever anybody wishes."""
        self._halt = stop
        if self._waiting and self._scope is not None:
            self._scope.cut(Wanted.PAUSE)

    def give_way(self, *, surplus: bool) -> None:
        """Let the task give its place back before its next step, because fewer shall run; or keep it after all."""
        self._surplus = surplus
        if surplus and self._waiting and self._scope is not None and not self._record.tip.step_attempts:
            self._scope.cut(Wanted.PAUSE)

    def heed(self) -> None:
        """Let the current wish take effect as early as it may."""
        self._expected = Wanted.NOTHING
        wish = self.current
        if self._scope is None or wish is Wanted.NOTHING:
            return
        if self._waiting or wish in (Wanted.PAUSE_NOW, Wanted.CANCEL):
            self._scope.cut(wish)

    def obey(self) -> None:
        """Raise the `Stop` that the current wish means, if there is one."""
        if self._halt is not None:
            raise self._halt
        wish = self.current
        if wish is Wanted.CANCEL:
            raise Stop(Event.CANCEL)
        if wish is not Wanted.NOTHING:
            asked = self._asked is not Wanted.NOTHING
            raise Stop(Event.PAUSE, PauseReason.USER if asked else PauseReason.INTERRUPTION)
        if self._surplus and self._record.tip.state is State.RUNNING and not self._record.tip.step_attempts:
            raise Stop(Event.YIELD)

    def show(self, phase: Phase, until: float | None = None) -> None:
        """Show what the task is busy with."""
        self._record.phase = phase
        self._record.phase_until = until
        self._changed(self._record.id)

    @asynccontextmanager
    async def waiting(self, phase: Phase, until: float | None = None) -> AsyncGenerator[None]:
        """Wait in the body, without active time, until a wish ends it.

        Raises `Stop`; `CutError` where the wish was taken back before it took effect.
        """
        self.obey()
        self._record.active_since = None
        self.show(phase, until)
        self._scope, self._waiting = Interruptible(), True
        try:
            async with self._scope:
                yield
        except CutError:
            self.obey()
            raise
        finally:
            self._scope, self._waiting = None, False
            self._record.phase_until = None

    @contextmanager
    def streaming(self, deadlines: Deadlines) -> Generator[None]:
        """Let a wish cut `deadlines`, and a person extend them, during the body."""
        self._scope = self._record.deadlines = deadlines
        self._waiting = False
        try:
            yield
        finally:
            self._scope = self._record.deadlines = None
