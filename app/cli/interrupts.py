"""Ctrl-C and SIGTERM from the first moment of a run to its last: what they do depends on how far it has come.

Before there is a task the command ends with a sentence. After, the first one pauses durably when the step is done, the
second one cuts the reply.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from app.cli.report import CommandError, Exit, Output, say
from engine.domain.ids import TaskId
from engine.runtime.supervisor import Supervisor

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """What the person's signals mean now."""

    def __init__(self, command: asyncio.Task[object], output: Output) -> None:
        """End `command` while nothing is watched."""
        self._command = command
        self._output = output
        self._watched: tuple[Supervisor, Sequence[TaskId]] | None = None
        self._pressed = 0
        self._asked = asyncio.Event()
        self.early = False
        """Whether the command was ended before it watched a task."""

    def watch(self, engine: Supervisor, ids: Sequence[TaskId]) -> None:
        """Pause these from now on."""
        self._watched = (engine, ids)

    def press(self) -> None:
        """Do what a signal means."""
        if self._watched is None:
            self.early = True
            self._command.cancel()
            return
        self._pressed += 1
        self._asked.set()
        engine, ids = self._watched
        self._output.note(say("pausing" if self._pressed == 1 else "interrupted_cut"))
        engine.pause(ids, now=self._pressed > 1)

    async def within(self, seconds: float) -> bool:
        """Wait, or as long as it takes the person to ask for the end, who may have done so before; whether they did."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        return self._asked.is_set()


@asynccontextmanager
async def interruptible(output: Output) -> AsyncGenerator[Interrupts]:
    """Heed signals in the body; raises `CommandError` where one ended it early."""
    loop, command = asyncio.get_running_loop(), asyncio.current_task()
    if command is None:
        raise RuntimeError("outside a task")
    interrupts = Interrupts(command, output)
    before = [signal.getsignal(each) for each in SIGNALS]
    for each in SIGNALS:
        loop.add_signal_handler(each, interrupts.press)
    try:
        yield interrupts
    except asyncio.CancelledError:
        if not interrupts.early:
            raise
        command.uncancel()
        raise CommandError(say("ended_early"), "ended_early", Exit.INTERRUPTED) from None
    finally:
        for each, handler in zip(SIGNALS, before, strict=True):
            loop.remove_signal_handler(each)
            signal.signal(each, handler)
