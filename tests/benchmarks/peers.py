"""Other programs that keep steps in SQLite, for the checkpoints benchmark: LangGraph's saver, DBOS.

They are no part of Drover's environment: `uv sync --group peers` installs them. Where they are not there, that is said.
Each does what it does for a step of its own: LangGraph saves the whole state with a step of 2 KB added, DBOS the result
of a function that returns as much.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol, TypeVar, cast

LANGGRAPH, DBOS = "langgraph.checkpoint.sqlite.aio", "dbos"
F = TypeVar("F", bound=Callable[..., object])


class _Saver(Protocol):
    async def setup(self) -> None: ...
    async def aput(
        self, config: object, checkpoint: object, metadata: Mapping[str, object], versions: Mapping[str, int]
    ) -> object: ...


class _Savers(Protocol):
    def from_conn_string(self, conn_string: str) -> AbstractAsyncContextManager[_Saver]: ...


class _Handle(Protocol):
    def get_result(self) -> object: ...


class _Dbos(Protocol):
    def __call__(self, *, config: Mapping[str, object]) -> object: ...
    def step(self) -> Callable[[F], F]: ...
    def workflow(self) -> Callable[[F], F]: ...
    def start_workflow(self, flow: Callable[[], str]) -> _Handle: ...
    def launch(self) -> None: ...
    def destroy(self) -> None: ...


def missing() -> tuple[str, ...]:
    """Return the modules that are not installed."""
    return tuple(name for name in (LANGGRAPH, DBOS) if not _there(name))


def _there(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


async def langgraph_rate(file: Path, text: str, before: int, tasks: int) -> float:
    """Return the steps a second of a step of each of so many threads at once, each of which has `before`."""
    savers = cast("_Savers", importlib.import_module(LANGGRAPH).AsyncSqliteSaver)
    base = importlib.import_module("langgraph.checkpoint.base")
    empty = cast("Callable[[], dict[str, object]]", base.empty_checkpoint)
    async with savers.from_conn_string(str(file)) as saver:
        await saver.setup()

        async def step(task: int) -> None:
            where = {"configurable": {"thread_id": str(task), "checkpoint_ns": ""}}
            values = {"channel_values": {"messages": [text] * (before + 1)}, "channel_versions": {"messages": before}}
            await saver.aput(where, empty() | values, {"source": "loop", "step": before}, {"messages": before})

        began = time.perf_counter()
        await asyncio.gather(*(step(task) for task in range(tasks)))
        return tasks / (time.perf_counter() - began)


def dbos_rate(file: Path, text: str, tasks: int) -> float:
    """Return the steps a second of a step of each of so many workflows at once."""
    dbos = cast("_Dbos", importlib.import_module(DBOS).DBOS)
    dbos(config={"name": "peer", "system_database_url": f"sqlite:///{file}", "log_level": "ERROR"})

    @dbos.step()
    def step() -> str:
        return text

    @dbos.workflow()
    def flow() -> str:
        return step()

    dbos.launch()
    began = time.perf_counter()
    for handle in [dbos.start_workflow(flow) for _ in range(tasks)]:
        handle.get_result()
    took = time.perf_counter() - began
    dbos.destroy()
    return tasks / took
