"""Stores with damage, for tests: some tasks with steps, and ways to harm what lies in the file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.domain.ids import TaskId
from engine.domain.step import StepRecord
from engine.store.connection import open_writer
from engine.store.port import Spending, StoredTask
from engine.store.reader import Reader
from engine.store.store import FILE, open_store
from tests.stored import intent, standing, task, write_steps

PAGE = 512
TASKS = 4
STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that a store says."""

    tasks: dict[TaskId, StoredTask]
    steps: dict[TaskId, tuple[StepRecord, ...]]
    spending: Spending
    budgets: dict[tuple[str, str], int]


async def fill(folder: Path, tasks: int = TASKS, steps: int = STEPS) -> None:
    """Make a store with whole tasks, the last one with a request in flight, and a limit."""
    store = await open_store(folder)
    made = [task(number, batch="b" if number % 2 else "") for number in range(1, tasks + 1)]
    await store.create(made)
    for each in made:
        await write_steps(store, each, steps)
    await store.append_intent(intent(made[-1], steps + 1), standing(steps))
    await store.set_budget("batch", "b", 5)
    await store.close()


async def see(reader: Reader) -> Seen:
    """Return all that a store says; raises what it raises."""
    tasks = {each.id: each for each in await reader.scan()}
    return Seen(
        tasks=tasks,
        steps={id_: await reader.steps(id_) for id_ in tasks},
        spending=await reader.spending(),
        budgets=dict(await reader.budgets()),
    )


def harm(folder: Path, sql: str) -> None:
    """Change rows as somebody would who knows to write checksums."""
    connection = open_writer(folder / FILE)
    connection.pragma("foreign_keys", value=False)
    connection.execute(sql)
    connection.close()


def pages_of(folder: Path) -> dict[int, str]:
    """Return which table each page belongs to."""
    connection = open_writer(folder / FILE)
    pages = {page: name for name, page in connection.execute("SELECT name, pageno FROM dbstat")}
    connection.close()
    return pages


def flip(folder: Path, page: int, byte: int = 200, bit: int = 2) -> None:
    """Flip one bit of a page, 1-based."""
    content = bytearray((folder / FILE).read_bytes())
    content[(page - 1) * PAGE + byte] ^= 1 << bit
    (folder / FILE).write_bytes(content)
