"""Do deadlines hold on the window's loop? Attempts' own deadlines under load, beside qasync's loop and asyncio's.

Thousands of attempts wait for a reply that never comes, each with a deadline of its own, while as many streams tell of
progress five times a second and something that stands for the window works 5 ms of every frame. What counts is when
the attempt hears of its deadline, not when a timer was due. On the window's loops garbage is collected as the window
does it, on asyncio's as Python does.

    python -m tests.benchmarks.deadlines [--short] [--json]
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.event_loop import new_event_loop
from app.garbage import collected_on_this_thread
from engine.domain.states import TimeLevel
from engine.runtime.deadlines import CutError, Deadlines
from tests.benchmarks.report import Aim, Figures, Row, finish, percentile

FRAME_S = 1 / 30
"""Between two drains of the engine."""
WORK_S = 0.005
"""What a drain and its painting take of a frame."""
BEAT_S = 0.2
"""Between two pieces of a stream."""

Garbage = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    deadlines: int
    streams: int
    longest_s: float
    """Deadlines lie evenly between one second and this."""


async def attempt(limit_s: float, late: list[float]) -> None:
    """Wait for what never comes; note by how many seconds the deadline was heard of late (below 0: early)."""
    loop = asyncio.get_running_loop()
    due = loop.time() + limit_s
    try:
        async with Deadlines({TimeLevel.ATTEMPT: limit_s, TimeLevel.TASK: 3600.0}):
            await loop.create_future()
    except CutError:
        late.append(loop.time() - due)


async def stream(first_s: float) -> None:
    """Make progress for ever, at times of its own: a server sends on whether or not the last piece was read late."""
    loop = asyncio.get_running_loop()
    next_at = loop.time() + first_s
    async with Deadlines({TimeLevel.FIRST_TOKEN: 60.0, TimeLevel.SILENCE: 30.0, TimeLevel.STEP: 3600.0}) as deadlines:
        while True:
            await asyncio.sleep(next_at - loop.time())
            deadlines.progress()
            next_at += BEAT_S


async def window() -> None:
    """Work as the window does, in every frame."""
    while True:
        busy_until = time.perf_counter() + WORK_S
        while time.perf_counter() < busy_until:
            pass
        await asyncio.sleep(FRAME_S - WORK_S)


async def measure(size: Size) -> Figures:
    """Let all deadlines pass under load; return how many were early and how late the others were."""
    rng, late = random.Random(1), list[float]()
    load = [asyncio.ensure_future(stream(rng.random() * BEAT_S)) for _ in range(size.streams)]
    load.append(asyncio.ensure_future(window()))
    limits = [1.0 + rng.random() * (size.longest_s - 1.0) for _ in range(size.deadlines)]
    await asyncio.gather(*(attempt(limit, late) for limit in limits))
    for each in load:
        each.cancel()
    await asyncio.gather(*load, return_exceptions=True)
    return {
        "early": sum(each < 0 for each in late),
        "late_p50_ms": round(percentile(late, 0.5) * 1000, 2),
        "late_p99_ms": round(percentile(late, 0.99) * 1000, 2),
        "late_most_ms": round(max(late) * 1000, 2),
    }


def compare(application: QApplication, size: Size) -> Row:
    """Return the case on every loop, in one run."""
    of_window: Garbage = collected_on_this_thread
    loops: dict[str, tuple[Callable[[], asyncio.AbstractEventLoop], Garbage]] = {
        "ours": (lambda: new_event_loop(application, {}), of_window),
        "qasync": (lambda: new_event_loop(application, {"DROVER_LOOP": "stock"}), of_window),
        "asyncio": (asyncio.SelectorEventLoop, nullcontext),
    }
    got: dict[str, Figures] = {}
    for name, (make, garbage) in loops.items():
        with garbage(), asyncio.Runner(loop_factory=make) as runner:
            got[name] = runner.run(measure(size))
    ours = got.pop("ours")
    ratio = {name: round(other["late_p99_ms"] / ours["late_p99_ms"], 2) for name, other in got.items()}
    case = f"{size.deadlines} deadlines of 1-{size.longest_s:g} s beside {size.streams} streams"
    return Row(case=case, ours=ours, baseline=got, ratio=ratio)


def aims(row: Row) -> list[Aim]:
    """What the window's loop has to hold."""
    return [
        Aim(text="early deadlines", value=row.ours["early"], op="==", bound=0, unit="deadlines"),
        Aim(text="lateness p99", value=row.ours["late_p99_ms"], op="<=", bound=12, unit="ms"),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes a quarter of a minute."""
    short = "--short" in arguments
    size = (
        Size(deadlines=1_000, streams=400, longest_s=4.0)
        if short
        else Size(deadlines=5_000, streams=2_000, longest_s=25.0)
    )
    row = compare(QApplication([]), size)
    return finish("deadlines", [row], aims(row))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
