"""Does it stay as it is? Many tasks live for long: memory, frames and the store, the last minutes beside the first.

The window, engine and store are the program's own; tasks stream from another process, end steps, are saved and ask
anew. What the store has must be there in the end, so it may grow by that; memory may not.

    python -m tests.benchmarks.soak [--short] [--json]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.composition import Program
from app.event_loop import run
from app.garbage import collected_on_this_thread
from app.limits import raise_open_files
from app.paths import Paths
from app.settings import ModelSettings, ProviderSettings, Settings
from tests.benchmarks.far_server import MODEL, far_server
from tests.benchmarks.full_stack.load import Load
from tests.benchmarks.full_stack.ours import CALM_S, SIZE, fill
from tests.benchmarks.full_stack.watching import Watcher
from tests.benchmarks.report import Aim, Figures, Row, finish
from tests.gui.cockpit import opened
from tests.loops import application

RATE, REPLY = 2.0, 40
"""Tokens a second of a stream, and of a reply: a step takes twenty seconds."""


async def live(folder: Path, load: Load, minutes: int) -> list[Figures]:
    """Watch minute by minute."""
    models = (ModelSettings(id=MODEL, input="0.1", output="0.4"),)
    far = ProviderSettings(name="far", base_url=load.url, models=models)
    settings = Settings(running_limit=load.streams, providers=(far,))
    async with opened(Program(paths=Paths.under(folder), settings=settings), grace_s=0.0) as at:
        at.window.resize(*SIZE)
        await fill(at, load)
        await asyncio.sleep(CALM_S)
        table = at.window.table
        watcher = Watcher(table.grid.viewport(), lambda: table.model.now)
        found: list[Figures] = []
        for _ in range(minutes):
            watched = dict(await watcher.watch(load.seconds))
            totals = at.engine.totals()
            steps = sum(each.standing.steps_done for each in at.engine.snapshots())
            found.append(watched | {"store_mb": round(totals.bytes_on_disk / 1e6, 2), "steps": steps})
        return found


def bytes_a_step(before: Figures, after: Figures) -> float:
    """Return what the store grew by for each step between two minutes."""
    return (after["store_mb"] - before["store_mb"]) * 1e6 / max(1.0, after["steps"] - before["steps"])


def aims(found: Sequence[Figures]) -> list[Aim]:
    """What must be so in the end."""
    first, middle, last = found[0], found[len(found) // 2], found[-1]
    grown = last["rss_mb"] / first["rss_mb"]
    step = bytes_a_step(middle, last) / bytes_a_step(first, middle)
    frames = last["tick_p99_ms"] / first["tick_p99_ms"]
    return [
        Aim(text="memory beside the first minute", value=round(grown, 3), op="<=", bound=1.05, unit="times"),
        Aim(text="tick p99 beside the first minute", value=round(frames, 2), op="<=", bound=1.25, unit="times"),
        Aim(
            text="the store for a step, second half beside first",
            value=round(step, 2),
            op="<=",
            bound=1.1,
            unit="times",
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run for half an hour; `--short` for five times ten seconds."""
    short = "--short" in arguments
    tasks, minutes, seconds = (200, 5, 10.0) if short else (2_000, 30, 60.0)
    qt = application()
    raise_open_files()
    with (
        tempfile.TemporaryDirectory(prefix="drover-bench-", dir=Path.home()) as folder,
        far_server(tokens_per_s=RATE, reply_tokens=REPLY) as server,
        collected_on_this_thread(),
    ):
        load = Load(tasks=tasks, streams=tasks, rate=RATE, seconds=seconds, url=server.url)
        found = run(qt, lambda: live(Path(folder), load, minutes))
    case = f"{tasks} tasks, {minutes} times {seconds:g} s"
    row = Row(case=case, ours=found[-1], baseline={"its first minute": found[0]}, ratio={})
    return finish("soak", [row], aims(found), {"minutes": found})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
