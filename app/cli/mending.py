"""What a command does while the disk takes nothing: it tries again by itself, ever less often, or until it shall end.

The window has a button for this. A command has nobody who looks at it, and replies that were paid wait in its memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.interrupts import Interrupts
from app.cli.report import Output, say, sentence
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import PauseReason, State
from engine.runtime.supervisor import Supervisor

FIRST_S, MOST_S = 2.0, 60.0
"""Seconds before the first try, and between two at most; they double."""


async def mended(engine: Supervisor, ids: Sequence[TaskId], interrupts: Interrupts, output: Output) -> bool:
    """Save what waits in memory, and let the tasks go on, as soon as that works.

    False where none of them is held up, or the person ends the wait.
    """
    code = engine.totals().trouble
    if not code or not any(_held_up(engine, task) for task in ids):
        return False
    problem = sentence(DroverError(ErrorCode(code)))
    output.warn(say("unsaved", problem=problem, count=str(engine.totals().unsaved), most=f"{MOST_S:.0f}"))
    wait = FIRST_S
    while not await interrupts.within(wait):
        try:
            await engine.mend()
        except DroverError:  # it was said above, and is in the log
            wait = min(2 * wait, MOST_S)
            continue
        await engine.saved()  # a task that still shows as at rest would not be watched
        output.warn(say("saved_again"))
        return True
    return False


def _held_up(engine: Supervisor, task: TaskId) -> bool:
    snapshot = engine.snapshot(task)
    return snapshot.state is State.PAUSED and snapshot.standing.reason == PauseReason.STORAGE
