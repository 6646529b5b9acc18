"""What does it cost that the window sees a change? A mark that a drain collects, beside a signal for each change.

Ours is the engine's own way: a runner marks a task, and thirty times a second the window drains what was marked, each
task once. Counted is a change's share of both, up to the window's knowing which tasks changed: many changes of many
tasks between two drains, as streams make them. Beside it a queued signal, as one writes it first: an object for each
change. What the window then reads of a task is counted on neither side: ours reads it once a drain, the other at each
signal.

    python -m tests.benchmarks.progress [--short] [--json]
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Sequence

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from engine.domain.ids import TaskId
from engine.runtime.feed import ChangeFeed
from tests.benchmarks.report import Aim, Figures, Row, finish, percentile
from tests.loops import application
from tests.snapshots import task_id

TASKS = 10_000
CHANGES = 100_000
"""In a second; a drain comes after each thirtieth of them."""
DRAINS = 30


class Teller(QObject):
    """Tells each change by itself."""

    changed = Signal(object)


def marked(order: Sequence[TaskId]) -> float:
    """Return the seconds of marking all changes and draining them."""
    feed, taken = ChangeFeed(), 0
    share = len(order) // DRAINS
    began = time.thread_time()
    for start in range(0, len(order), share):
        for task in order[start : start + share]:
            feed.mark(task)
        taken += len(feed.take()[1])
    assert taken
    return time.thread_time() - began


def signalled(order: Sequence[TaskId]) -> float:
    """Return the seconds of telling all changes by queued signals, and hearing them."""
    teller, heard = Teller(), list[object]()
    teller.changed.connect(heard.append, Qt.ConnectionType.QueuedConnection)
    share = len(order) // DRAINS
    began = time.thread_time()
    for start in range(0, len(order), share):
        for task in order[start : start + share]:
            teller.changed.emit((task,))
        QApplication.processEvents()
    took = time.thread_time() - began
    assert len(heard) == len(order)
    return took


def measure(turns: int) -> Row:
    """Both ways on the same changes."""
    rng = random.Random(1)
    ids = [task_id(number) for number in range(TASKS)]
    order = rng.choices(ids, k=CHANGES)
    mine = percentile([marked(order) for _ in range(turns)], 0.5)
    theirs = percentile([signalled(order) for _ in range(turns)], 0.5)
    ours, other = _figures(mine), _figures(theirs)
    case = f"{CHANGES} changes of {TASKS} tasks, {DRAINS} drains"
    return Row(case=case, ours=ours, baseline={"queued signal": other}, ratio={"us": round(theirs / mine, 1)})


def _figures(seconds: float) -> Figures:
    return {"us": round(seconds / CHANGES * 1e6, 3)}


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes some seconds."""
    application()
    row = measure(3 if "--short" in arguments else 15)
    aims = [Aim(text="a change beside a queued signal", value=row.ratio["us"], op=">=", bound=20, unit="times cheaper")]
    return finish("progress", [row], aims)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
