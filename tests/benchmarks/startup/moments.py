"""Moments of one life of a window, said to whoever started the process: CLOCK_MONOTONIC is common to processes."""

from __future__ import annotations

import json
import sys
import time


class Moments:
    """Notes when something first happened."""

    def __init__(self) -> None:
        """Begin with none."""
        self.at: dict[str, float] = {}

    def note(self, name: str) -> None:
        """Keep the moment, in seconds, and the processor's time that this process had used by then."""
        self.at.setdefault(name, time.monotonic())
        self.at.setdefault(f"{name}_cpu", time.process_time())

    def say(self) -> None:
        """Print what was noted, as one line."""
        print(json.dumps(self.at))
        sys.stdout.flush()
