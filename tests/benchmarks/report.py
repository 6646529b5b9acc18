"""The form in which every benchmark and battery ends: rows, aims with their bounds, and one JSON object last.

Exit status 0 when all aims hold, 1 when one does not. Documented in ARCHITECTURE.md under Evidence.
"""

from __future__ import annotations

import json
import operator
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "==": operator.eq,
}
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case: ours, and what it stands beside."""

    case: str
    ours: Figures
    baseline: Mapping[str, Figures]
    ratio: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is claimed, with the bound that was asked for."""

    text: str
    value: float
    op: str
    bound: float
    unit: str

    @property
    def holds(self) -> bool:
        """Whether it is so."""
        return OPERATORS[self.op](self.value, self.bound)


def machine() -> str:
    """Return what a figure was measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` (0 to 1) of the values do not pass (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(part * 1000) * len(ordered) // 1000) - 1))]


def finish(name: str, rows: Sequence[Row], aims: Sequence[Aim], counts: Mapping[str, object] | None = None) -> int:
    """Print everything, the JSON object (with `counts` in it) on the last line; return the exit status."""
    for row in rows:
        print(f"{row.case}: {_line(row.ours)}")
        for other, figures in row.baseline.items():
            print(f"    {other}: {_line(figures)}")
    for aim in aims:
        print(f"{'holds ' if aim.holds else 'MISSED'} {aim.text}: {aim.value:g} {aim.op} {aim.bound:g} {aim.unit}")
    report = {
        "name": name,
        "machine": machine(),
        **(counts or {}),
        "rows": [asdict(row) for row in rows],
        "aims": [asdict(aim) | {"holds": aim.holds} for aim in aims],
    }
    print(json.dumps(report, ensure_ascii=False))
    sys.stdout.flush()
    return 0 if all(aim.holds for aim in aims) else 1


def _line(figures: Figures) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in figures.items())
