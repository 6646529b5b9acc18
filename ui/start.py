"""When a task shall start, as a person types and reads it; nothing is at once. Qt-free."""

from __future__ import annotations

import time

from engine import face


def typed(text: str) -> int | None:
    """Return the wall time that was typed. Raises `ValueError` for what is no time."""
    return face.moment(text, round(time.time() * 1000)) if text.strip() else None


def due(text: str) -> int | None:
    """Return the wall time by which something shall be done, or None for nothing; raises `ValueError` for no such."""
    return face.deadline(text, round(time.time() * 1000)) if text.strip() else None


def written(at_ms: int | None) -> str:
    """Return a wall time in the form in which it can be typed."""
    return "" if at_ms is None else face.written(at_ms)
