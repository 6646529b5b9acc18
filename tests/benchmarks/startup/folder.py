"""A folder as a run of ten thousand tasks leaves it that was killed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from engine.domain.states import State
from engine.domain.task import Standing
from engine.store.port import StoredTask
from engine.store.store import open_store
from tests.stored import intent, outcome, task

TASKS, ASKING = 10_000, 64
TEXT = "What a model said, in words that are neither random nor all the same. " * 29


async def fill(data: Path) -> None:
    """Leave what a run of many tasks leaves that was killed."""
    store = await open_store(data)
    every = [running(number) for number in range(1, TASKS + 1)]
    await store.create(every)
    done = Standing(state=State.PENDING, steps_done=1, attempts=1, created_at_ms=every[0].standing.created_at_ms)
    await asyncio.gather(*(store.append_intent(intent(each, 1), each.standing) for each in every))
    await asyncio.gather(*(store.append_outcome(outcome(each, 1, text=TEXT), done) for each in every))
    at_work = replace(done, state=State.RUNNING)
    await asyncio.gather(*(store.append_intent(intent(each, 2), at_work) for each in every[:ASKING]))
    await store.close()


def running(number: int) -> StoredTask:
    """Return a task as one is when it was created."""
    made = task(number)
    return replace(made, spec=replace(made.spec, title=f"Ticket {number}", max_steps=20))
