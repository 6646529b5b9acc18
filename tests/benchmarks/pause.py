"""Does a pause hold at once? The window with 10,000 tasks, some hundreds of them streaming from another process.

The window, engine and store are the program's own, on the window's loop; the simulator runs in another process and
stamps each request's arrival by the clock that processes share. A round clicks *Pause all*, waits until everything is
PAUSED, clicks *Resume all*, and lets everything run again. Then tasks are cancelled while they stream, one by one and
all at once. Beside it: the same number of records, each with a commit of its own, one after the other.

    python -m tests.benchmarks.pause [--short] [--json]
"""

from __future__ import annotations

import asyncio
import functools
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.composition import Program
from app.event_loop import run
from app.garbage import collected_on_this_thread
from app.limits import raise_open_files
from app.paths import Paths
from app.settings import ModelSettings, ProviderSettings, Settings
from engine.domain.ids import TaskId
from engine.domain.progress import ChangeBatch
from engine.domain.states import Phase, State, Wanted
from engine.domain.task import TaskSnapshot, TaskSpec
from engine.runtime.supervisor import Supervisor
from engine.store.store import open_store
from tests.benchmarks.far_server import MODEL, FarServer, far_server
from tests.benchmarks.report import Aim, Figures, Row, finish, percentile
from tests.gui.cockpit import opened
from tests.loops import application
from tests.stored import note, task
from ui.main_window import MainWindow

TASKS = 10_000
TOKENS_PER_S = 5.0
"""Of one stream."""
PATIENCE_S = 120.0
REPLY = 25
"""Tokens of a reply: so many streams, each some five seconds, make the requests that a click has to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    running: int
    rounds: int
    cancels: int


@dataclass
class Watch:
    """Hears from the window's own batches until no task is left of which something is awaited."""

    wanted: Callable[[TaskSnapshot], bool]
    left: set[TaskId]
    done: asyncio.Future[float] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def hear(self, batch: ChangeBatch) -> None:
        """Take a batch."""
        self.left.difference_update(each.id for each in batch.changed if each.id in self.left and self.wanted(each))
        if not self.left and not self.done.done():
            self.done.set_result(time.monotonic())


@dataclass(slots=True)
class Desk:
    """A window at work, and what it does when its buttons are pressed."""

    window: MainWindow
    engine: Supervisor
    server: FarServer
    size: Size
    tasks: tuple[TaskId, ...]

    @asynccontextmanager
    async def told(self, wanted: Callable[[TaskSnapshot], bool]) -> AsyncGenerator[Callable[[], Awaitable[float]]]:
        """Hear, from before the body on, that `wanted` durably became so of every task; give what waits for it."""
        watch = Watch(wanted, set(self.tasks))
        self.window.bridge.changed.connect(watch.hear)

        async def all_of_them() -> float:
            async with asyncio.timeout(PATIENCE_S):
                return await watch.done

        try:
            yield all_of_them
        finally:
            self.window.bridge.changed.disconnect(watch.hear)

    async def full(self) -> None:
        """Wait until as many stream as may, for some seconds, so that requests leave evenly."""
        async with asyncio.timeout(PATIENCE_S):
            while self.engine.totals().streams < 0.9 * self.size.running:  # noqa: ASYNC110 - a person looks, too
                await asyncio.sleep(0.1)
        await asyncio.sleep(6.0)

    async def round(self) -> dict[str, float]:
        """Pause all, wait for the last step, resume all; return what it took."""
        await self.full()
        before = len(self.server.arrivals(0))
        async with self.told(_pause_recorded) as recorded, self.told(_paused) as rested:
            clicked = time.monotonic()
            self.window.actions_.pause_all.trigger()
            held = time.monotonic() - clicked
            found = {
                "pause_handler": held,
                "pause_durable": await recorded() - clicked,
                "all_paused": await rested() - clicked,
            }
        arrivals = await asyncio.to_thread(self.server.arrivals, before)
        late = [arrived - clicked for arrived in arrivals if arrived > clicked]
        async with self.told(lambda each: not _paused(each)) as resumed:
            again = time.monotonic()
            self.window.actions_.resume_all.trigger()
            found |= {"resume_handler": time.monotonic() - again, "resume_durable": await resumed() - again}
        found["last_request"] = max(late, default=0.0)
        return {f"{name}_ms": 1000 * seconds for name, seconds in found.items()} | {"requests_after": len(late)}

    def streaming(self) -> list[TaskId]:
        """Return the tasks whose reply is coming in."""
        return [each.id for each in self.engine.snapshots() if each.phase is Phase.STREAMING]

    async def cancelled(self, each: TaskId, clicked: float) -> float:
        """Return the seconds from the click until a task is durably CANCELLED."""
        async for report in self.engine.watch(each):
            if report.state is State.CANCELLED:
                return time.monotonic() - clicked
        return time.monotonic() - clicked

    async def cancel(self, rng: random.Random) -> tuple[list[float], list[float]]:
        """Cancel streaming tasks, one by one and then half of all at once; return the seconds of each."""
        await self.full()
        alone: list[float] = []
        for _ in range(self.size.cancels):
            await asyncio.sleep(rng.random() * 0.1)
            while not (found := self.streaming()):  # noqa: ASYNC110 - a person looks, too
                await asyncio.sleep(0.1)
            each = rng.choice(found)
            clicked = time.monotonic()
            self.engine.cancel([each])
            alone.append(await self.cancelled(each, clicked))
        await self.full()
        together = self.streaming()[: self.size.running // 2]
        clicked = time.monotonic()
        self.engine.cancel(together)
        return alone, list(await asyncio.gather(*(self.cancelled(each, clicked) for each in together)))


def _pause_recorded(each: TaskSnapshot) -> bool:
    return _paused(each) or each.standing.wanted is Wanted.PAUSE


def _paused(each: TaskSnapshot) -> bool:
    return each.state is State.PAUSED


@asynccontextmanager
async def desk(folder: Path, server: FarServer, size: Size) -> AsyncGenerator[Desk]:
    """Open the window on 10,000 tasks of which `size.running` may run, for the body."""
    far = ProviderSettings(
        name="far", base_url=server.url, models=(ModelSettings(id=MODEL, input="0.1", output="0.4"),)
    )
    program = Program(paths=Paths.under(folder), settings=Settings(running_limit=size.running, providers=(far,)))
    async with opened(program, grace_s=0.0) as at:
        spec = TaskSpec(goal="Pause", provider="far", model=MODEL, max_steps=10_000, max_output=100, loop_after=0)
        tasks = await at.engine.submit([spec] * TASKS)
        yield Desk(at.window, at.engine, server, size, tasks)


async def one_by_one(folder: Path, number: int) -> float:
    """Return the seconds that recording `number` wishes takes where each waits for its own commit."""
    store = await open_store(folder)
    every = [task(each) for each in range(1, number + 1)]
    await store.create(every)
    began = time.monotonic()
    for each in every:
        await store.append_note(note(each), each.standing)
    took = time.monotonic() - began
    await store.close()
    return took


async def measure(folder: Path, server: FarServer, size: Size) -> tuple[list[Row], list[Aim]]:
    """Run all rounds."""
    async with desk(folder / "ours", server, size) as at:
        rounds = [await at.round() for _ in range(size.rounds)]
        alone, together = await at.cancel(random.Random(1))
    slow = {"pause_durable_ms": round(1000 * await one_by_one(folder / "baseline", TASKS), 1)}
    middle = {name: round(percentile([each[name] for each in rounds], 0.5), 1) for name in rounds[0]}
    worst = {name: round(max(each[name] for each in rounds), 1) for name in rounds[0]}
    case = f"{TASKS} tasks, {size.running} streaming, {size.rounds} rounds"
    ratio = {"pause_durable_ms": round(slow["pause_durable_ms"] / worst["pause_durable_ms"], 1)}
    rows = [
        Row(case=f"{case}, median", ours=middle, baseline={}, ratio={}),
        Row(case=f"{case}, worst", ours=worst, baseline={"one commit a task": slow}, ratio=ratio),
        Row(case=f"{len(alone)} cancelled one by one", ours=of_cancels(alone), baseline={}, ratio={}),
        Row(case=f"{len(together)} cancelled at once", ours=of_cancels(together), baseline={}, ratio={}),
    ]
    return rows, aims(worst, of_cancels(alone), of_cancels(together))


def of_cancels(seconds: Sequence[float]) -> Figures:
    """Return how long cancelling took."""
    return {
        "p50_ms": round(1000 * percentile(seconds, 0.5), 1),
        "p99_ms": round(1000 * percentile(seconds, 0.99), 1),
        "most_ms": round(1000 * max(seconds), 1),
    }


def aims(worst: Figures, alone: Figures, together: Figures) -> list[Aim]:
    """Return what every round has to hold."""
    aim = functools.partial(Aim, op="<=", unit="ms")
    return [
        aim(text="last request after the click", value=worst["last_request_ms"], bound=100),
        aim(text="pause all durable", value=worst["pause_durable_ms"], bound=1_000),
        aim(text="resume all durable", value=worst["resume_durable_ms"], bound=1_000),
        aim(text="cancel p99, one by one", value=alone["p99_ms"], bound=250),
        aim(text="cancel p99, half of all at once", value=together["p99_ms"], bound=250),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes a minute."""
    short = "--short" in arguments
    size = Size(running=200, rounds=2, cancels=40) if short else Size(running=500, rounds=5, cancels=200)
    qt = application()
    raise_open_files()
    with (
        tempfile.TemporaryDirectory(prefix="drover-bench-", dir=Path.home()) as folder,
        far_server(tokens_per_s=TOKENS_PER_S, reply_tokens=REPLY) as server,
        collected_on_this_thread(),
    ):
        rows, aimed = run(qt, lambda: measure(Path(folder), server, size))
    return finish("pause", rows, aimed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
