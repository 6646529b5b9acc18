"""The program itself under a load, in a process of its own: prints its figures as one line.

python -m tests.benchmarks.full_stack.ours TASKS STREAMS RATE SECONDS URL
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.composition import Program
from app.event_loop import run
from app.garbage import collected_on_this_thread
from app.limits import raise_open_files
from app.paths import Paths
from app.settings import ModelSettings, ProviderSettings, Settings
from engine.domain.states import State, Wanted
from engine.domain.task import TaskSpec
from engine.face import ChangeBatch
from tests.benchmarks.far_server import MODEL
from tests.benchmarks.full_stack.load import Load, loaded
from tests.benchmarks.full_stack.watching import Watcher
from tests.benchmarks.report import Figures
from tests.gui.cockpit import Cockpit, opened
from tests.loops import application

SIZE = (1440, 900)
PATIENCE_S = 180.0
ENOUGH = 0.8
"""Part of the streams that must be open before anything is watched."""
CALM_S = 3.0


async def fill(at: Cockpit, load: Load) -> None:
    """Create the tasks and wait until as many stream as shall."""
    if not load.tasks:
        return
    spec = TaskSpec(goal="Live", provider="far", model=MODEL, max_steps=10_000, max_output=4000, loop_after=0)
    await at.engine.submit([spec] * load.tasks)
    async with asyncio.timeout(PATIENCE_S):
        while at.engine.totals().streams < ENOUGH * load.streams:  # noqa: ASYNC110 - a person looks, too
            await asyncio.sleep(0.1)


async def paused(at: Cockpit, tasks: int) -> float:
    """Press Pause all; return the seconds until every task has it durably, or is at rest."""
    ended: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    left = {each.id for each in at.engine.snapshots()}

    def hear(batch: ChangeBatch) -> None:
        told = (State.PAUSED, State.COMPLETED, State.FAILED)
        left.difference_update(
            each.id for each in batch.changed if each.state in told or each.standing.wanted is Wanted.PAUSE
        )
        if not left and not ended.done():
            ended.set_result(time.monotonic())

    at.window.bridge.changed.connect(hear)
    clicked = time.monotonic()
    at.window.actions_.pause_all.trigger()
    async with asyncio.timeout(PATIENCE_S):
        return (await ended) - clicked if tasks else 0.0


async def live(folder: Path, load: Load) -> Figures:
    """Open the window, load it, watch it, pause it."""
    models = (ModelSettings(id=MODEL, input="0.1", output="0.4"),)
    far = ProviderSettings(name="far", base_url=load.url, models=models, transport="paced")
    settings = Settings(running_limit=max(1, load.streams), providers=(far,) if load.url else ())
    async with opened(Program(paths=Paths.under(folder), settings=settings), grace_s=0.0) as at:
        at.window.resize(*SIZE)
        table = at.window.table
        await fill(at, load)
        await asyncio.sleep(CALM_S)  # what was called for when they began is done
        watcher = Watcher(table.grid.viewport(), lambda: table.model.now)
        before = at.engine.totals().output_tokens
        figures = dict(await watcher.watch(load.seconds))
        totals = at.engine.totals()
        figures["tokens_per_s"] = round((totals.output_tokens - before) / load.seconds)
        if not load.tasks:
            del figures["scroll_p99_ms"]  # there is nothing to scroll
        figures["save_p99_ms"] = round(totals.save_p99_ms, 1)
        figures["pause_all_ms"] = round(1000 * await paused(at, load.tasks), 1)
        return figures


def main() -> int:
    """Measure one load."""
    qt = application()
    raise_open_files()
    with tempfile.TemporaryDirectory(prefix="drover-bench-", dir=Path.home()) as folder, collected_on_this_thread():
        print(json.dumps(run(qt, lambda: live(Path(folder), loaded()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
