"""Runs the short form of every benchmark and writes the table that README shows: machine, date, ours, baselines, aims.

One that misses an aim is shown as it is; one that comes to no end says so. Where some are named, their table is printed
and README is left alone. Run on a quiet machine, or the table lies.

    python -m tests.benchmarks.every [NAME …]        `make bench`
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tests.benchmarks.report import machine

NAMES = (
    "startup",
    "event_loop",
    "http_streams",
    "checkpoints",
    "table",
    "progress",
    "full_stack",
    "soak",
    "pause",
    "importing",
)
PATIENCE_S = 300
"""For one: http_streams reads with fourteen clients, ten seconds each."""
README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- benchmarks: written by `make bench` -->", "<!-- benchmarks end -->"
BEFORE = "## Where it stops, today"
"""The heading before which the table comes where there is none yet."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An aim as a benchmark's last line has it."""

    text: str
    value: float
    op: str
    bound: float
    unit: str
    holds: bool


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a benchmark's last line says that is shown."""

    name: str
    aims: tuple[Told, ...]


def run(name: str) -> Said | str:
    """Return what a benchmark says, or in words why it says nothing."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", "--short", "--json"]
    began = time.monotonic()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no end within {PATIENCE_S} s"
    print(f"{name}: {time.monotonic() - began:.0f} s")
    lines = done.stdout.decode().strip().splitlines()
    try:
        return msgspec.convert(json.loads(lines[-1]), Said)
    except (IndexError, ValueError, msgspec.ValidationError):
        return f"ended with status {done.returncode} and no figures"


def table(found: Mapping[str, Said | str], when: datetime) -> str:
    """Return the table as Markdown."""
    lines = [BEGIN, "", f"Measured on {machine()}, {when:%Y-%m-%d}, short forms (`make bench`).", ""]
    lines += ["| benchmark | what | figure | aim | |", "|---|---|---|---|---|"]
    for name, said in found.items():
        lines += [f"| {name} | {said} | | | |"] if isinstance(said, str) else [_line(name, aim) for aim in said.aims]
    return "\n".join([*lines, "", END])


def _line(name: str, aim: Told) -> str:
    value = f"{aim.value:,g} {aim.unit}" if math.isfinite(aim.value) else "no figure"
    holds = "holds" if aim.holds else "**missed**"
    return f"| {name} | {aim.text} | {value} | {aim.op} {aim.bound:,g} | {holds} |"


def put(readme: str, made: str) -> str:
    """Return README with the table in its place: between its marks, else before where it says where Drover stops."""
    if BEGIN in readme and END in readme:
        return readme[: readme.index(BEGIN)] + made + readme[readme.index(END) + len(END) :]
    return readme.replace(BEFORE, f"## How fast it is\n\n{made}\n\n{BEFORE}", 1)


def main(names: Sequence[str]) -> int:
    """Run them one after the other; 0 where all aims hold."""
    found = {name: run(name) for name in names or NAMES}
    made = table(found, datetime.now(UTC))
    if names:
        print(made)
    else:
        README.write_text(put(README.read_text("utf-8"), made), "utf-8")
    whole = [said for said in found.values() if isinstance(said, Said)]
    return 0 if len(whole) == len(found) and all(aim.holds for said in whole for aim in said.aims) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
