"""Cuts the power after every write, sync and rename of a run of tasks: `python -m tests.crash.powercut [--seed N]`.

A run of the engine is recorded on a watched disk; then, for each operation, what a disk may hold if the power went
after it is laid out and opened by the real store and engine. The last line is one JSON object; the exit status is 0
when no cut did harm.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.benchmarks.report import Aim, Row, finish
from tests.crash.disk.cuts import KINDS, Cuts
from tests.crash.disk.process import begin
from tests.crash.disk.recording import Recording, record
from tests.crash.disk.tally import Tally
from tests.crash.disk.work import Work
from tests.mutants.registry import caught_by

PROCESSES = 2
CHUNK = 50
"""Cuts judged in one go."""

WORK = Work()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, and which."""

    work: Work = WORK
    seed: int = 1
    samples: int = 2
    every: int = 1
    """Judge one chunk of so many."""
    mutant: str = ""
    """A fault to put in; its first find is the last."""


SHORT = Plan(work=Work(tasks=3, steps=2), samples=1, every=4)


def run(plan: Plan) -> tuple[Recording, Tally]:
    """Record a run and judge its cuts, each in processes of their own."""
    spawn, tally = multiprocessing.get_context("spawn"), Tally()
    with ProcessPoolExecutor(1, spawn, begin, (plan.mutant,)) as recorder:
        recording = recorder.submit(record, plan.work).result()
    cuts = Cuts(recording, seed=plan.seed, samples=plan.samples)
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn, initializer=_take, initargs=(cuts,)) as judges:
        for part in judges.map(_judge, chunks(len(recording.operations), plan.every)):
            tally.add(part)
            if plan.mutant and tally.faults:
                break
    return recording, tally


def chunks(operations: int, every: int) -> Iterator[tuple[int, int]]:
    """Return the chunks to judge."""
    firsts = range(0, operations, CHUNK * every)
    return ((first, min(first + CHUNK, operations)) for first in firsts)


_cuts: list[Cuts] = []
"""What a judging process works on: given once, not with every chunk."""


def _take(cuts: Cuts) -> None:
    begin()
    _cuts.append(cuts)


def _judge(chunk: tuple[int, int]) -> Tally:
    return _cuts[0].judge(*chunk)


def report(plan: Plan, recording: Recording, tally: Tally, seconds: float) -> int:
    """Print what came of it; return the exit status."""
    tally.tell()
    given = [each for history in recording.witness.tasks.values() for each in history.given]
    row = Row(
        case=f"{plan.work.tasks} tasks, seed {plan.seed}" + (f", mutant {plan.mutant}" if plan.mutant else ""),
        ours={
            **tally.counts,
            "records": len(given),
            "requests": len(recording.witness.sent),
            "seconds": round(seconds, 1),
            **tally.faults,
        },
        baseline={},
        ratio={},
    )
    bound = sum(last - first for first, last in chunks(len(recording.operations), plan.every))
    judged = Aim(text="cuts", value=tally.counts["cuts"], op=">=", bound=bound, unit="")
    return finish("powercut", [row], [judged, *tally.aims(KINDS)])


def main() -> int:
    """Read the arguments and run the battery."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.powercut", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="draws the sectors that come through")
    parser.add_argument("--samples", type=int, default=2, help="disks drawn at each cut")
    parser.add_argument("--short", action="store_true", help="few tasks")
    parser.add_argument("--mutant", choices=caught_by("powercut"), default="", help="a fault to put in and to find")
    asked = parser.parse_args()
    work = SHORT.work if asked.short else Work(seed=asked.seed)
    plan = Plan(work=work, seed=asked.seed, samples=asked.samples, mutant=asked.mutant)
    began = time.monotonic()
    return report(plan, *run(plan), time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
