"""Ctrl-C and SIGTERM while a command only begins: it ends with a word, not with a traceback.

What has begun something that must be ended with care has handlers of its own (`interrupts`, `simulating`, the window).
"""

from __future__ import annotations

import os
import signal
from types import FrameType

import resources

INTERRUPTED = 130
"""Exit code of what a person ended before it began: as a shell counts it."""


def end_with_a_word() -> None:
    """From now on, end by a signal with a sentence and `INTERRUPTED`."""
    told = (resources.text("cli")["ended_early"] + "\n").encode()  # read now: a signal may come amid any import

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        os.write(2, told)
        raise SystemExit(INTERRUPTED)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
