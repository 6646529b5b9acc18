"""What does hosting asyncio on Qt cost? Our loop beside asyncio's own and beside qasync's.

Callbacks a second; one socket's event while thousands of others idle; deadlines that fire early; timers that finished
timeouts leave; and a 16 ms Qt timer, which stands for frames, while 10,000 tasks sleep and wake.

    python -m tests.benchmarks.event_loop [--short] [--json]
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import random
import resource
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.event_loop import MANY_TIMERS, new_event_loop
from tests.benchmarks.report import Aim, Figures, Row, finish, percentile

CHAINS = 100
TIMEOUTS = 2_000
FRAME_MS = 16
Loops = dict[str, Callable[[], asyncio.AbstractEventLoop]]
Measure = Callable[[], Coroutine[Any, Any, Figures]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    seconds: float
    idle: int
    events: int
    deadlines: int
    tasks: int


async def callbacks(size: Size) -> Figures:
    """Chains of callbacks, each of which schedules the next."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    ran = 0
    end = time.perf_counter() + size.seconds

    def step() -> None:
        nonlocal ran
        ran += 1
        if time.perf_counter() < end:
            loop.call_soon(step)
        elif not done.done():
            done.set_result(None)

    for _ in range(CHAINS):
        loop.call_soon(step)
    began = time.perf_counter()
    await done
    return {"callbacks_per_s": round(ran / (time.perf_counter() - began))}


async def sockets(size: Size) -> Figures:
    """A byte to and fro on one pair while others are watched and silent."""
    loop = asyncio.get_running_loop()
    pairs = [socket.socketpair() for _ in range(size.idle + 1)]
    for near, _ in pairs:
        near.setblocking(False)
        loop.add_reader(near, near.recv, 100)
    near, far = pairs[0]
    done = loop.create_future()
    left = size.events

    def readable() -> None:
        nonlocal left
        near.recv(100)
        left -= 1
        if left:
            far.send(b"x")
        else:
            done.set_result(None)

    loop.add_reader(near, readable)
    await asyncio.sleep(0.1)
    began = time.perf_counter()
    far.send(b"x")
    await done
    took = time.perf_counter() - began
    for near, far in pairs:
        loop.remove_reader(near)
        near.close()
        far.close()
    return {"us_per_event": round(took / size.events * 1e6, 1)}


async def deadlines(size: Size) -> Figures:
    """Deadlines spread over a second or more: how many come early, and how late the others are."""
    loop = asyncio.get_running_loop()
    rng = random.Random(1)
    late: list[float] = []
    done = asyncio.Event()

    def fired(when: float) -> None:
        late.append((time.monotonic() - when) * 1000)
        if len(late) == size.deadlines:
            done.set()

    now = loop.time()
    for _ in range(size.deadlines):
        when = now + 0.2 + rng.random() * (1.0 + size.seconds)
        loop.call_at(when, fired, when)
    await done.wait()
    early = sum(each < 0 for each in late)
    return {"early_percent": round(100 * early / len(late), 2), "late_p99_ms": round(percentile(late, 0.99), 2)}


async def timers(size: Size) -> Figures:
    """What timeouts of an hour that were not needed leave behind."""
    del size
    for _ in range(TIMEOUTS):
        async with asyncio.timeout(3600):
            await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    of_qt: Sequence[object] = getattr(getattr(loop, "_timer", None), "_SimpleTimer__callbacks", ())
    of_heap: Sequence[object] = vars(loop)["_scheduled"]
    return {"timers_left": len(of_heap) + len(of_qt)}


async def frames(size: Size) -> Figures:
    """A Qt timer of 16 ms while many tasks wake once a second each."""
    rng = random.Random(1)
    ticks: list[float] = []

    async def live(first: float) -> None:
        await asyncio.sleep(first)
        for _ in range(3600):
            await asyncio.sleep(1.0)

    tasks = [asyncio.ensure_future(live(rng.random())) for _ in range(size.tasks)]
    await asyncio.sleep(1.5)
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(FRAME_MS)
    began = time.perf_counter()
    await asyncio.sleep(2 * size.seconds)
    timer.stop()
    took = time.perf_counter() - began
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    gaps = [(after - before) * 1000 for before, after in itertools.pairwise(ticks)] or [took * 1000]
    return {"frames_per_s": round(len(ticks) / took, 1), "gap_p99_ms": round(percentile(gaps, 0.99), 1)}


def play(make: Callable[[], asyncio.AbstractEventLoop], measure: Measure) -> Figures:
    """Run one measure on one loop."""
    gc.collect()
    with asyncio.Runner(loop_factory=make) as runner:
        return runner.run(measure())


def row(case: str, loops: Loops, measure: Measure, *, better: str, more: bool = False) -> Row:
    """One case on every loop; `better` names the figure of the ratio, `more` says that larger is better."""
    got = {name: play(make, measure) for name, make in loops.items()}
    ours = got.pop("ours")

    def gain(other: Figures) -> float:
        mine, theirs = ours[better], other[better]
        return round((mine / theirs if more else theirs / mine) if mine and theirs else 0.0, 2)

    return Row(case=case, ours=ours, baseline=got, ratio={name: gain(other) for name, other in got.items()})


def measure_all(application: QApplication, size: Size) -> list[Row]:
    """Every case."""
    on_qt: Loops = {
        "ours": lambda: new_event_loop(application, {}),
        "qasync": lambda: new_event_loop(application, {"DROVER_LOOP": "stock"}),
    }
    loops: Loops = {**on_qt, "asyncio": asyncio.SelectorEventLoop}
    return [
        row("callbacks", loops, lambda: callbacks(size), better="callbacks_per_s", more=True),
        row(f"socket event, {size.idle} idle", loops, lambda: sockets(size), better="us_per_event"),
        row(f"{size.deadlines} deadlines", loops, lambda: deadlines(size), better="late_p99_ms"),
        row(f"{TIMEOUTS} finished timeouts", loops, lambda: timers(size), better="timers_left"),
        row(f"frames, {size.tasks} tasks", on_qt, lambda: frames(size), better="frames_per_s", more=True),
    ]


def aims(rows: Sequence[Row]) -> list[Aim]:
    """What our loop has to hold."""
    ran, event, times, left, shown = rows
    as_asyncio = round(event.ours["us_per_event"] / event.baseline["asyncio"]["us_per_event"], 2)
    gain = ran.ratio["qasync"]
    return [
        Aim(text="callbacks beside asyncio's", value=ran.ratio["asyncio"], op=">=", bound=0.75, unit="times"),
        Aim(text="callbacks beside qasync's", value=gain, op=">=", bound=2, unit="times"),
        Aim(text="a socket's event beside qasync's", value=event.ratio["qasync"], op=">=", bound=50, unit="times"),
        Aim(text="a socket's event beside asyncio's", value=as_asyncio, op="<=", bound=20, unit="times"),
        Aim(text="early deadlines", value=times.ours["early_percent"], op="==", bound=0, unit="%"),
        Aim(text="timers left", value=left.ours["timers_left"], op="<=", bound=MANY_TIMERS + 1, unit="timers"),
        Aim(text="p99 between frames", value=shown.ours["gap_p99_ms"], op="<=", bound=33, unit="ms"),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes under half a minute."""
    short = "--short" in arguments
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    idle = min(9_000, most // 2 - 200)
    size = Size(
        seconds=0.5 if short else 3.0,
        idle=idle,
        events=200 if short else 1_000,
        deadlines=1_000 if short else 5_000,
        tasks=10_000,
    )
    application = QApplication([])
    rows = measure_all(application, size)
    return finish("event_loop", rows, aims(rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
