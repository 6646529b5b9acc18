"""Does the window live while all of it works? The program itself, its load streaming from another process.

The window is mapped at 1440 by 900, its table sorted, its charts drawn, its provider's transport the paced one, which
a person has by choice; each case is a process of its own. Watched are pictures that show newer data, ticks of a 16 ms
timer, the time from a turn of the wheel to the next picture, saves, processor, memory, deadlines that come early, and
Pause all. Beside it what one writes first: qasync's loop, httpx, a JSON file a task, a proxy model. `--curve` goes on
until it does not hold any more.

    python -m tests.benchmarks.full_stack [--short] [--curve] [--json]
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from tests.benchmarks.far_server import far_server
from tests.benchmarks.full_stack.load import Load
from tests.benchmarks.report import Aim, Figures, Row, finish

IDLE = Load(tasks=0, streams=0, rate=10, seconds=5)
REPLY_S = 30
"""Seconds that a reply takes: so many streams end, are saved, and ask anew."""
PATIENCE_S = 420
NOTHING: Figures = {}
RATIOS = ("pictures_per_s", "tick_p99_ms", "scroll_p99_ms", "tokens_per_s")


def measured(module: str, load: Load) -> Figures:
    """Measure one load in a process of its own, with a server in another; nothing where it does not come to an end."""
    if not load.tasks:
        return _child(module, load)
    with far_server(tokens_per_s=load.rate, reply_tokens=round(load.rate * REPLY_S)) as server:
        url = server.url
        return _child(
            module, Load(tasks=load.tasks, streams=load.streams, rate=load.rate, seconds=load.seconds, url=url)
        )


def _child(module: str, load: Load) -> Figures:
    command = [sys.executable, "-m", f"tests.benchmarks.full_stack.{module}", *load.words]
    try:
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=PATIENCE_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"{module}, {load.case}: no figures ({type(error).__name__})")
        return NOTHING
    return json.loads(said.stdout)


def row(load: Load, idle: Figures, *, beside: bool) -> Row:
    """One load, beside no tasks and, if it can, beside the stock way."""
    ours = dict(measured("ours", load))
    if ours and load.tasks:
        ours["kb_per_task"] = round((ours["rss_mb"] - idle["rss_mb"]) * 1000 / load.tasks, 1)
    theirs = measured("stock", load) if beside else NOTHING
    ratio = {name: round(ours[name] / theirs[name], 2) for name in RATIOS if theirs.get(name) and ours.get(name)}
    baseline = {"no tasks": idle} | ({"qasync, httpx, JSON files, proxy model": theirs} if theirs else {})
    return Row(case=load.case, ours=ours, baseline=baseline, ratio=ratio)


def aims(one: Row, idle: Figures) -> list[Aim]:
    """What each load has to hold; a load without figures holds nothing."""
    got, never = one.ours, float("inf")
    tick = round(got.get("tick_p99_ms", never) / idle["tick_p99_ms"], 2)
    return [
        Aim(text=f"newest data, {one.case}", value=got.get("pictures_per_s", 0), op=">=", bound=28, unit="paints/s"),
        Aim(text=f"tick p99 beside idle, {one.case}", value=tick, op="<=", bound=1.25, unit="times"),
        Aim(text=f"scroll, {one.case}", value=got.get("scroll_p99_ms", never), op="<=", bound=33, unit="ms"),
        Aim(text=f"early deadlines, {one.case}", value=got.get("early_deadlines", never), op="==", bound=0, unit=""),
        Aim(text=f"a task, {one.case}", value=got.get("kb_per_task", never), op="<=", bound=48, unit="kB"),
        Aim(text=f"pause all, {one.case}", value=got.get("pause_all_ms", never), op="<=", bound=1000, unit="ms"),
    ]


def loads(*, short: bool) -> list[tuple[Load, bool]]:
    """The cases, and whether the stock way is tried, too: with thousands of streams it comes to no end."""
    s = 5.0 if short else 20.0
    few = [(Load(tasks=1_000, streams=1_000, rate=10, seconds=s), not short)]
    if short:
        return [(Load(tasks=200, streams=200, rate=10, seconds=s), True), *few]
    return [
        (Load(tasks=200, streams=200, rate=10, seconds=s), True),
        *few,
        (Load(tasks=1_000, streams=1_000, rate=50, seconds=s), False),
        (Load(tasks=10_000, streams=10_000, rate=10, seconds=s), False),
    ]


def curve() -> list[tuple[Load, bool]]:
    """N tasks live, of which M stream at 50 tokens a second, until frames are lost."""
    pairs = [(1_000, 100), (10_000, 100), (10_000, 300), (10_000, 600), (10_000, 1_000), (10_000, 2_000), (30_000, 300)]
    return [(Load(tasks=tasks, streams=streams, rate=50, seconds=10), False) for tasks, streams in pairs]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes some two minutes."""
    idle = measured("ours", IDLE)
    chosen = curve() if "--curve" in arguments else loads(short="--short" in arguments)
    rows = [row(load, idle, beside=beside) for load, beside in chosen]
    return finish("full_stack", rows, [aim for each in rows for aim in aims(each, idle)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
