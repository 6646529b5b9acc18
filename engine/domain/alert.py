"""A budget of which a part was used up: what its person is told once."""

from __future__ import annotations

import msgspec

PARTS = (50, 80, 100)
"""Per cent of a budget at which that is told."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One crossing. Money is pico."""

    level: str
    """Of the ledger."""
    key: str
    """Which of its kind: a task, a batch, a day, a month; nothing for everything."""
    name: str = ""
    """What a task is called; hostile text."""
    part: int
    """One of `PARTS`; 100 also where less is spent and nothing more fits."""
    spent: int
    limit: int


def reached(spent: int, limit: int | None) -> int:
    """Return the highest of `PARTS` that is reached, 0 below all of them; a limit of nothing is no budget to watch."""
    if not limit:
        return 0
    return max((part for part in PARTS if spent * 100 >= limit * part), default=0)
