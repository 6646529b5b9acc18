"""The program under test on a disk that fails: it is used as a patient person would use it.

A start that is refused is tried again; tasks that pause because they cannot be saved go on, by one click, when the disk
is well; a program that ends is started anew.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from engine.domain.errors import DroverError
from engine.domain.states import AT_REST, PauseReason, State
from engine.domain.task import TaskSnapshot
from engine.runtime.supervisor import Supervisor
from tests.crash.disk.lives import Program

STARTS = 4
PATIENCE_S = 100_000.0
"""Virtual seconds."""


@dataclass(slots=True, kw_only=True)
class How:
    """How it went."""

    refused: list[str] = field(default_factory=list[str])
    """Errors that were told at a start or when tasks were added."""
    paused: int = 0
    """Times that tasks were paused with the reason storage, and went on."""
    stuck: str = ""
    """Why the tasks did not come to their end, where they did not."""
    fell: str = ""
    """An error that no person was told of."""
    whole: frozenset[str] = frozenset()
    """Attempts whose reply arrived whole: paid, whatever the disk does."""


async def endure(program: Program) -> How:
    """Run the tasks to their end, whatever it takes; never raises."""
    how = How()
    try:
        async with asyncio.timeout(PATIENCE_S):
            if not await _lives(program, how):
                how.stuck = "not done after some starts"
    except TimeoutError:
        how.stuck = "waits for ever"
    except Exception as error:  # noqa: BLE001 - that is the verdict
        how.fell = repr(error)
    how.whole = frozenset(sent.client_request_id for sent in program.requests if sent.whole)
    return how


async def _lives(program: Program, how: How) -> bool:
    """Start again and again; return whether all tasks came to their end."""
    for life in range(STARTS):
        try:
            engine = await program.start()
        except DroverError as error:
            how.refused.append(str(error))
            program.heal()
            continue
        await _work(engine, program, how, half=life == 0)
        left = [snapshot for snapshot in engine.snapshots() if snapshot.state is not State.COMPLETED]
        there = bool(engine.snapshots())
        await _end(engine, program, how)
        if there and not left:
            return True
    return False


async def _work(engine: Supervisor, program: Program, how: How, *, half: bool) -> None:
    """Add the tasks where there are none, and let them run: half-way, or to their end."""
    try:
        if not engine.snapshots():
            await engine.submit(program.work.specs())
    except DroverError as error:
        how.refused.append(str(error))
    if half:
        await _half(engine)
        await _mend(engine, program, how)
        return
    engine.resume_all()
    await _rest(engine)
    if await _mend(engine, program, how):
        await _rest(engine)


async def _end(engine: Supervisor, program: Program, how: How) -> None:
    """Quit as the window does: where a reply came meanwhile and is in memory alone, make room before it ends."""
    await engine.drain_runners(0.1)
    if engine.totals().unsaved:
        await _mend(engine, program, how)
    await engine.close(0.0)


async def _half(engine: Supervisor) -> None:
    await asyncio.sleep(1.0)
    engine.pause([snapshot.id for snapshot in engine.snapshots()[:1]])
    await asyncio.sleep(1.0)


async def _rest(engine: Supervisor) -> None:
    """Wait until all tasks are at rest, or wait for the disk."""
    await engine.saved()
    while not engine.totals().trouble and any(s.state not in AT_REST for s in engine.snapshots()):  # noqa: ASYNC110
        await asyncio.sleep(0.1)  # virtual time


async def _mend(engine: Supervisor, program: Program, how: How) -> bool:
    """Heal the disk and click, where something could not be saved; return whether that was so."""
    if not engine.totals().trouble and not any(map(is_held_up, engine.snapshots())):
        return False
    how.paused += 1
    program.heal()
    await engine.mend()
    return True


def is_held_up(snapshot: TaskSnapshot) -> bool:
    """Whether a task waits for the disk."""
    return snapshot.state is State.PAUSED and snapshot.standing.reason == PauseReason.STORAGE
