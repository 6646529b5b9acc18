"""Garbage is collected on the window's thread alone, between two frames.

Why: Python collects on whichever thread happens to allocate. When that is the writer's or a file's, Qt's objects die
there, and Qt allows that only on their own thread (a timer that cannot be stopped, at worst an abort). Python's own
rule of when a full collection is due also falls into the middle of a frame; a timer's turn does not.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

PERIOD_MS = 100
FULL_AFTER = 60
"""Collections of the middle generation before a full one: with the period above, at most one full one a minute."""


def collect_due() -> None:
    """Collect what Python's own thresholds say is due, on this thread; the oldest generation more seldom."""
    young, middle, _ = gc.get_threshold()
    counts = gc.get_count()
    if counts[2] >= FULL_AFTER:
        gc.collect()
    elif counts[1] >= middle:
        gc.collect(1)
    elif counts[0] >= young:
        gc.collect(0)


def keep_what_stands() -> None:
    """Let collections walk no more over what is there now and stays: libraries, the window, the tasks of the store.

    Of what is kept so only rings that come apart later are never collected; there are no more of them than now.
    """
    gc.freeze()


@contextmanager
def collected_on_this_thread() -> Generator[None]:
    """Switch Python's own collections off and run them by a timer of this thread's event loop, until the end."""
    timer = QTimer(interval=PERIOD_MS)
    timer.timeout.connect(collect_due)
    gc.disable()
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        gc.unfreeze()
        gc.enable()
