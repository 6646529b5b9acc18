"""Changes single bits of a store's files, and cuts their ends off: `python -m tests.crash.flips [--number N]`.

Database, live write-ahead log and watermark of a small store; each harm alone, then the store is opened and all of it
is read. Files of the results folder are harmed, too, and made anew from the store. The last line is one JSON object;
the exit status is 0 when nothing was loaded as something else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.benchmarks.report import Aim, Row, finish
from tests.crash.disk.harm import Harm, cuts, flips
from tests.crash.disk.harms import KINDS, judge
from tests.crash.disk.process import begin
from tests.crash.disk.recording import record
from tests.crash.disk.tally import Tally
from tests.crash.disk.whole import Whole, whole
from tests.crash.disk.work import Work
from tests.mutants.registry import caught_by

PROCESSES = 2
CHUNK = 500

WORK = Work(tasks=2, steps=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, and which."""

    work: Work = WORK
    seed: int = 1
    number: int = 100_000
    """Flips at least."""
    stride: int = 16
    """Bytes between two cuts."""
    small: int = 1_000
    """Files of less bytes are harmed in every bit, and cut at every byte."""
    mutant: str = ""


SHORT = Plan(number=250, stride=4096, small=0)


def run(plan: Plan) -> tuple[Whole, Tally]:
    """Make a store, harm it and judge it, each in processes of their own."""
    spawn, tally = multiprocessing.get_context("spawn"), Tally()
    with ProcessPoolExecutor(1, spawn) as recorder:
        store = whole(recorder.submit(record, plan.work).result())
    drawn = flips(store.files, plan.number, random.Random(plan.seed), small=plan.small)
    harms = [*drawn, *cuts(store.files, plan.stride, small=plan.small)]
    with ProcessPoolExecutor(PROCESSES, spawn, _begin, (store, plan.mutant)) as judges:
        for part in judges.map(_judge, chunks(harms)):
            tally.add(part)
    return store, tally


def chunks(harms: Sequence[Harm]) -> Iterator[Sequence[Harm]]:
    """Return the harms in portions."""
    return (harms[first : first + CHUNK] for first in range(0, len(harms), CHUNK))


_store: list[Whole] = []
"""What a judging process works on: given once, not with every portion."""


def _begin(store: Whole, mutant: str) -> None:
    begin(mutant)
    _store.append(store)


def _judge(harms: Sequence[Harm]) -> Tally:
    return judge(_store[0], harms)


def report(plan: Plan, store: Whole, tally: Tally, seconds: float) -> int:
    """Print what came of it; return the exit status."""
    tally.tell()
    sizes = {name.rpartition("/")[2]: len(content) for name, content in store.files.items()}
    case = ", ".join(f"{name} of {size} bytes" for name, size in sizes.items())
    case += f", mutant {plan.mutant}" if plan.mutant else ""
    row = Row(case=case, ours={**tally.counts, **tally.faults, "seconds": round(seconds, 1)}, baseline={}, ratio={})
    number = Aim(text="harms", value=sum(tally.counts.values()), op=">=", bound=plan.number, unit="")
    return finish("flips", [row], [number, *tally.aims(KINDS)])


def main() -> int:
    """Read the arguments and run the battery."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.flips", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="draws the bits")
    parser.add_argument("--number", type=int, default=100_000, help="bits, drawn where there are more")
    parser.add_argument("--mutant", choices=caught_by("flips"), default="", help="a fault to put in and to find")
    asked = parser.parse_args()
    plan = Plan(seed=asked.seed, number=asked.number, mutant=asked.mutant)
    began = time.monotonic()
    store, tally = run(plan)
    return report(plan, store, tally, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
