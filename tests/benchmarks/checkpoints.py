"""What does durability cost a step? Through the Store port, beside other ways to keep one on the same disk.

A step is acknowledged when its intent, and then its outcome of 2 KB, are durable, chained. Cases: one task alone;
many tasks at 1,600 steps/s, evenly spread; a storm of one step of every task at once; loading a task; and what the
engine reads of all tasks when it starts. Beside them whole-file JSON with rename, for the storm LangGraph's SQLite
saver and DBOS on SQLite (`peers.py`), and what one fdatasync costs on this disk. A peer that is not installed misses
its aim.

    python -m tests.benchmarks.checkpoints [--short] [--json]
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.domain.task import Standing
from engine.store.port import Store, StoredTask
from engine.store.store import open_store
from tests.benchmarks.peers import DBOS, LANGGRAPH, dbos_rate, langgraph_rate, missing
from tests.benchmarks.report import Aim, Figures, Row, finish, percentile
from tests.stored import intent, outcome, task

RATE = 1_600
"""Steps a second over all tasks."""
TEXT = "What a model said, in words that are neither random nor all the same. " * 29
STORM = 10_000
STEPS_BEFORE = 20
"""Steps that the loaded task has, and that the baseline's state has, too."""


def figures(seconds: Sequence[float]) -> Figures:
    """Return mean, median and 99th percentile in milliseconds."""
    return {
        "mean_ms": round(sum(seconds) / len(seconds) * 1000, 3),
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 3),
        "p99_ms": round(percentile(seconds, 0.99) * 1000, 3),
    }


async def timed(work: Awaitable[object]) -> float:
    """Return the seconds that something takes."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def save(store: Store, of: StoredTask, step: int) -> None:
    """Make one step durable."""
    await store.append_intent(intent(of, step), of.standing)
    await store.append_outcome(outcome(of, step, text=TEXT), Standing(steps_done=step))


async def evenly(count: int, act: Callable[[int], Awaitable[object]]) -> list[float]:
    """Run `act` for 0 to count - 1 at RATE a second; return the seconds that each took from its due time on."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def since_due(number: int, due: float) -> float:
        await act(number)
        return loop.time() - due

    running: list[asyncio.Future[float]] = []
    for number in range(count):
        due = began + number / RATE
        await asyncio.sleep(max(0.0, due - loop.time()))
        running.append(asyncio.ensure_future(since_due(number, due)))
    return await asyncio.gather(*running)


class JsonFiles:
    """The baseline: each task's whole state in a file, replaced by temp, fsync, rename, fsync of the folder."""

    def __init__(self, folder: Path) -> None:
        """Write below `folder`, with as many threads as the loop's own executor would have."""
        self._folder = folder
        self._threads = ThreadPoolExecutor()
        self._states: dict[str, list[str]] = {}

    async def save(self, name: str) -> None:
        """Add a step to a task's state and write it whole."""
        steps = self._states.setdefault(name, [TEXT] * STEPS_BEFORE)
        steps.append(TEXT)
        await asyncio.get_running_loop().run_in_executor(self._threads, self._write, name, list(steps))

    def _write(self, name: str, steps: list[str]) -> None:
        temporary = self._folder / f"{name}.{len(steps)}.tmp"
        with temporary.open("w") as opened:
            json.dump({"task": name, "context": steps}, opened)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(self._folder / f"{name}.json")
        folder = os.open(self._folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    async def load(self, name: str) -> object:
        """Read a task's state."""
        text = await asyncio.get_running_loop().run_in_executor(
            self._threads, (self._folder / f"{name}.json").read_text
        )
        return json.loads(text)


async def alone(store: Store, files: JsonFiles, number: int) -> Row:
    """One task, step after step."""
    (of,) = await created(store, 1, 0)
    mine = [await timed(save(store, of, step)) for step in range(1, number + 1)]
    theirs = [await timed(files.save("alone")) for _ in range(number)]
    return row("1 task, step after step", figures(mine), figures(theirs))


async def spread(store: Store, files: JsonFiles, tasks: int, seconds: float) -> Row:
    """Many tasks at RATE steps a second."""
    every = await created(store, tasks, tasks * 10)
    count = int(RATE * seconds)
    mine = await evenly(count, lambda n: save(store, every[n % tasks], n // tasks + 1))
    theirs = await evenly(count, lambda n: files.save(f"{tasks}-{n % tasks}"))
    return row(f"{tasks} tasks, {RATE} steps/s", figures(mine), figures(theirs))


async def storm(store: Store, files: JsonFiles, tasks: int) -> Row:
    """One step of every task at the same moment."""
    every = await created(store, tasks, tasks * 100)
    mine = await timed(asyncio.gather(*(save(store, each, 1) for each in every)))
    theirs = await timed(asyncio.gather(*(files.save(f"storm-{n}") for n in range(tasks))))
    ours, other = {"all_ms": round(mine * 1000, 1)}, {"all_ms": round(theirs * 1000, 1)}
    return row(f"storm: a step of {tasks} tasks at once", ours, other)


async def with_peers(of_storm: Row, folder: Path, tasks: int) -> Row:
    """Put those that are installed beside a storm, as steps a second of fewer tasks; say which are not."""
    gone = missing()
    if gone:
        print(f"not installed, so left out, and their aims missed: {', '.join(gone)} (`uv sync --group peers`)")
    rates = {name: round(STORM / each["all_ms"] * 1000) for name, each in of_storm.baseline.items()}
    if LANGGRAPH not in gone:
        rate = await langgraph_rate(folder / "langgraph.db", TEXT, STEPS_BEFORE, tasks)
        rates[f"LangGraph's SQLite saver, {tasks} tasks"] = round(rate)
    if DBOS not in gone:
        rates[f"DBOS on SQLite, {tasks} tasks"] = round(
            await asyncio.to_thread(dbos_rate, folder / "dbos.db", TEXT, tasks)
        )
    ours = STORM / of_storm.ours["all_ms"] * 1000
    return Row(
        case=of_storm.case,
        ours=dict(of_storm.ours) | {"steps_per_s": round(ours)},
        baseline={name: {"steps_per_s": rate} for name, rate in rates.items()},
        ratio={name: round(ours / rate, 1) for name, rate in rates.items()},
    )


async def loading(store: Store, files: JsonFiles, number: int) -> Row:
    """A task with STEPS_BEFORE steps, read whole and verified."""
    (of,) = await created(store, 1, 1)
    for step in range(1, STEPS_BEFORE + 1):
        await save(store, of, step)
    mine = [await timed(store.replies(of.id)) for _ in range(number)]
    theirs = [await timed(files.load("alone")) for _ in range(number)]
    return row(f"load of a task with {STEPS_BEFORE} steps", figures(mine), figures(theirs))


async def recovery(folder: Path, tasks: int) -> Row:
    """What the engine reads when it starts, from opening the database on; each task has a step and an open intent."""
    store = await open_store(folder)
    every = await created(store, tasks, 0)
    await asyncio.gather(*(save(store, each, 1) for each in every))
    await asyncio.gather(*(store.append_intent(intent(each, 2), each.standing) for each in every))
    await store.close()
    began = time.perf_counter()
    store = await open_store(folder)
    found = await store.scan()
    await store.open_attempts()
    await store.spending()
    mine = time.perf_counter() - began
    await store.close()
    return Row(case=f"recovery of {len(found)} tasks", ours={"all_ms": round(mine * 1000, 1)}, baseline={}, ratio={})


async def created(store: Store, count: int, first: int) -> list[StoredTask]:
    """Create tasks with numbers of their own."""
    every = [task(first + number + 1) for number in range(count)]
    await store.create(every)
    return every


def row(case: str, ours: Figures, theirs: Figures) -> Row:
    """Put ours beside the baseline."""
    ratio = {name: round(theirs[name] / ours[name], 1) for name in ours}
    return Row(case=case, ours=ours, baseline={"json+rename": theirs}, ratio=ratio)


def disk(folder: Path, number: int = 200) -> Figures:
    """Return what one write of 4 KB and its fdatasync cost here."""
    times: list[float] = []
    with (folder / "sync").open("wb", buffering=0) as opened:
        for _ in range(number):
            began = time.perf_counter()
            opened.write(b"x" * 4096)
            os.fdatasync(opened.fileno())
            times.append(time.perf_counter() - began)
    return figures(times)


async def measure(folder: Path, *, short: bool) -> tuple[list[Row], Figures]:
    """Run all cases."""
    files = JsonFiles(folder)
    seconds = 4.0 if short else 15.0
    store = await open_store(folder / "data")
    number = 200 if short else 1_000
    rows = [await alone(store, files, number), await loading(store, files, 200)]
    rows += [await spread(store, files, tasks, seconds) for tasks in (1_000, 10_000)]
    rows.append(await with_peers(await storm(store, files, STORM), folder, 50 if short else 200))
    await store.close()
    rows.append(await recovery(folder / "recovered", 10_000))
    return rows, disk(folder)


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes some forty seconds."""
    with tempfile.TemporaryDirectory(prefix="drover-bench-", dir=Path.home()) as folder:
        rows, synced = asyncio.run(measure(Path(folder), short="--short" in arguments))
    by_case = {each.case: each for each in rows}
    busy, load = by_case[f"10000 tasks, {RATE} steps/s"], rows[1]
    again = rows[-1]
    aims = [
        Aim(text="p99 of a step at 10,000 tasks", value=busy.ours["p99_ms"], op="<=", bound=6, unit="ms"),
        Aim(text="p99 of loading a task", value=load.ours["p99_ms"], op="<=", bound=2, unit="ms"),
        Aim(text=again.case, value=again.ours["all_ms"], op="<=", bound=300, unit="ms"),
    ]
    aims += [
        Aim(text=f"steps/s in a storm beside {name}", value=value, op=">=", bound=20, unit="times")
        for name, value in (dict(rows[-2].ratio) | dict.fromkeys(missing(), 0.0)).items()
    ]
    return finish("checkpoints", rows, aims, {"fdatasync": synced})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
