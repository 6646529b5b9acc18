"""How soon is the window there, and gone? Process start to first row painted and acting, and click to process end.

The real program on a folder with nothing and on one with 10,000 tasks, as a crash left it: each has a step, 64 were
asking. Acting: Pause on the selected task is durable and shown. Beside it a window of PySide6 and pyqtgraph that has a
table of as many rows, a button and a chart, and nothing behind them.

    python -m tests.benchmarks.startup [--short] [--json]
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.report import Aim, Figures, Row, finish, percentile
from tests.benchmarks.startup.folder import TASKS, fill

PATIENCE_S = 60


def live(module: str, argument: str) -> Figures:
    """Start a process, let it live once; return what took how long, in milliseconds."""
    command = [sys.executable, "-m", f"tests.benchmarks.startup.{module}", argument]
    began = time.monotonic()
    environment = os.environ | {"QT_QPA_PLATFORM": platform()}
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=PATIENCE_S, env=environment)
    ended, at = time.monotonic(), json.loads(said.stdout)
    return {
        "imported_ms": at["imported"] - began,
        "painted_ms": at["painted"] - began,
        "acting_ms": at["acted"] - began,
        "acting_from_imports_ms": at["acted"] - at["imported"],
        "acting_cpu_ms": at["acted_cpu"],
        "end_ms": ended - at["closing"],
    }


def platform() -> str:
    """Return the platform of windows: the screen where there is one."""
    return os.environ.get("QT_QPA_PLATFORM") or ("xcb" if os.environ.get("DISPLAY") else "offscreen")


def middle(lives: Sequence[Figures]) -> Figures:
    """Return medians."""
    return {name: round(1000 * percentile([each[name] for each in lives], 0.5), 1) for name in lives[0]}


def measure(folder: Path, tasks: int, turns: int) -> Row:
    """Live some times on fresh copies of a folder, in turn with the bare window; the first of each warms up."""
    mine, theirs = list[Figures](), list[Figures]()
    for turn in range(turns + 1):
        copy = folder.with_name(f"{folder.name}-{turn}")
        shutil.copytree(folder, copy)
        pair = live("ours", str(copy)), live("bare", str(tasks))
        shutil.rmtree(copy)
        if turn:
            mine.append(pair[0])
            theirs.append(pair[1])
    ours, bare = middle(mine), middle(theirs)
    ratio = {name: round(ours[name] / bare[name], 2) for name in ours}
    case = f"{tasks} tasks stored, median of {turns}"
    return Row(case=case, ours=ours, baseline={"bare PySide6 and pyqtgraph": bare}, ratio=ratio)


def aims(row: Row) -> list[Aim]:
    """What each has to hold."""
    return [
        Aim(text=f"acting beside bare, {row.case}", value=row.ratio["acting_ms"], op="<=", bound=1.5, unit="times"),
        Aim(
            text=f"acting from the imports on, {row.case}",
            value=row.ours["acting_from_imports_ms"],
            op="<=",
            bound=1000,
            unit="ms",
        ),
        Aim(text=f"gone, {row.case}", value=row.ours["end_ms"], op="<=", bound=2000, unit="ms"),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes a minute."""
    turns = 3 if "--short" in arguments else 9
    with tempfile.TemporaryDirectory(prefix="drover-bench-", dir=Path.home()) as name:
        empty, full = Path(name) / "empty", Path(name) / "full"
        empty.mkdir()
        asyncio.run(fill(full / "data"))
        rows = [measure(empty, 0, turns), measure(full, TASKS, turns)]
    return finish("startup", rows, [aim for row in rows for aim in aims(row)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
