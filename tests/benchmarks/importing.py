"""How long do rows of a file take to become tasks, and does the window live meanwhile? The real one, on a real store.

A CSV of 10,000 rows is read, planned by a template and created, all or none, while the window is shown and drains as
it always does. A pulse on the same loop tells how long it stood still. Beside it: one file, rows created one by one.

    python -m tests.benchmarks.importing [--short] [--json]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app import event_loop
from app.garbage import collected_on_this_thread
from engine.domain.task import TaskSpec
from engine.results.imports.planning import Layout, Plan, plan
from engine.results.imports.reading import read_path
from tests.benchmarks.report import Aim, Figures, Row, finish
from tests.gui.cockpit import Cockpit, cockpit
from tests.loops import application

ROWS = 10_000
ONE_BY_ONE = 200
PULSE_S = 0.002
BASE = TaskSpec(goal="", provider="simulator", model="sim-fast", max_steps=2, max_output=200, batch="tickets")
LAYOUT = Layout(
    base=BASE, goal="Sort this ticket of {{customer}} into one of five kinds:\n\n{{text}}", title="Ticket {{id}}"
)


@dataclass(slots=True)
class Pulse:
    """How long the loop stood still at most, in seconds."""

    longest: float = 0.0
    at: float = field(default_factory=time.perf_counter)

    async def beat(self) -> None:
        """Look at the clock for ever."""
        while True:
            await asyncio.sleep(PULSE_S)
            now = time.perf_counter()
            self.longest = max(self.longest, now - self.at - PULSE_S)
            self.at = now


@asynccontextmanager
async def watched() -> AsyncGenerator[Pulse]:
    """Let a pulse beat in the body."""
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    await asyncio.sleep(0.05)
    pulse.longest = 0.0
    try:
        yield pulse
    finally:
        beating.cancel()


def write(file: Path, rows: int) -> None:
    """Write a file as a shop's system would: semicolons, cp1252, text with line ends."""
    text = "Die Lieferung kam zu spät; das Gerät ließ sich nicht einschalten.\n" * 4
    lines = [f'{number};Müller {number};"{number}: {text}"' for number in range(1, rows + 1)]
    file.write_bytes(("id;customer;text\r\n" + "\r\n".join(lines)).encode("cp1252"))


async def planned(file: Path) -> Plan:
    """Read and plan."""
    made = await plan(await read_path(file), LAYOUT)
    assert not made.problems and not made.templates
    return made


async def imported(rows: int) -> Figures:
    """Import once, in the window; running tasks are kept out of it by a paused start."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tickets.csv"
        write(file, rows)
        async with cockpit(Path(folder)) as seen:
            await seen.until(seen.window.isVisible)
            return await _imported(seen, file, rows)


async def _imported(seen: Cockpit, file: Path, rows: int) -> Figures:
    async with watched() as pulse:
        began = time.perf_counter()
        made = await planned(file)
        read_still, pulse.longest, read = pulse.longest, 0.0, time.perf_counter()
        ids = await seen.engine.submit(made.specs, paused=True)
        created = time.perf_counter()
        await seen.until(lambda: len(seen.window.table.model.ids()) == rows)
        shown = time.perf_counter()
    assert len(ids) == rows
    return {
        "read_s": round(read - began, 3),
        "read_still_ms": round(read_still * 1000, 1),
        "created_s": round(created - read, 3),
        "shown_s": round(shown - created, 3),
        "created_still_ms": round(pulse.longest * 1000, 1),
        "rows_per_s": round(rows / (created - began)),
    }


async def one_by_one(rows: int) -> Figures:
    """Create each row by itself."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tickets.csv"
        write(file, rows)
        async with cockpit(Path(folder)) as seen:
            began = time.perf_counter()
            for spec in (await planned(file)).specs:
                await seen.engine.submit([spec], paused=True)
            return {"rows_per_s": round(rows / (time.perf_counter() - began))}


async def _main(turns: int) -> tuple[Row, ...]:
    best = [await imported(ROWS) for _ in range(turns)]
    ours = {name: sorted(figures[name] for figures in best)[len(best) // 2] for name in best[0]}
    theirs = await one_by_one(ONE_BY_ONE)
    ratio = {"rows_per_s": round(ours["rows_per_s"] / theirs["rows_per_s"], 1)}
    case = f"{ROWS} rows of 300 characters, median of {turns}"
    return (Row(case=case, ours=ours, baseline={f"one by one, {ONE_BY_ONE} rows": theirs}, ratio=ratio),)


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` imports once."""
    qt = application()
    with collected_on_this_thread():
        rows = event_loop.run(qt, lambda: _main(1 if "--short" in arguments else 5))
    ours = rows[0].ours
    still = max(ours["read_still_ms"], ours["created_still_ms"])
    aims = [
        Aim(
            text="10,000 rows are tasks", value=round(ours["read_s"] + ours["created_s"], 3), op="<=", bound=2, unit="s"
        ),
        Aim(text="longest time the loop stood still", value=still, op="<=", bound=50, unit="ms"),
    ]
    return finish("importing", rows, aims)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
