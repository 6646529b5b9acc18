"""Fails every operation of a run on its disk, each in a run of its own: `python -m tests.crash.faults [--short]`.

Every open, write, truncation, sync, rename and deletion fails once with EIO and once with ENOSPC; and at each write the
disk is full until a person makes room. The last line is one JSON object; the exit status is 0 when no fault did harm.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import multiprocessing
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace

from tests.benchmarks.report import Aim, Row, finish
from tests.crash.disk.device import Fault
from tests.crash.disk.process import begin
from tests.crash.disk.strikes import KINDS, Strike, judge, strike
from tests.crash.disk.tally import Tally
from tests.crash.disk.work import Work
from tests.mutants.registry import caught_by

AT_ONCE = 16
"""Runs that wait to be judged, at most."""

WORK = Work(tasks=3, steps=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, and which."""

    work: Work = WORK
    seed: int = 1
    sample: int = 0
    """Faults, drawn by the seed; 0 for all."""
    only: str = ""
    """How what is struck begins, such as "sync data/"."""
    mutant: str = ""


SHORT = Plan(work=Work(tasks=2, steps=1), sample=16)


async def run(plan: Plan) -> tuple[int, Tally]:
    """Run once without a fault, to see how long that is, then once for each; return how many, and what came of them."""
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(1, spawn, begin, (plan.mutant,)) as strikers,
        ProcessPoolExecutor(1, spawn, begin) as judges,
    ):
        battery = Battery(plan, strikers, judges)
        well = await battery.one(None)
        faults = drawn(well.tried, plan)
        await asyncio.gather(*(battery.one(fault) for fault in faults))
    return len(faults), battery.tally


class Battery:
    """Strikes in one process and judges in another."""

    def __init__(self, plan: Plan, strikers: Executor, judges: Executor) -> None:
        """Begin."""
        self._plan = plan
        self._strikers = strikers
        self._judges = judges
        self._room = asyncio.Semaphore(AT_ONCE)
        self.tally = Tally()

    async def one(self, fault: Fault | None) -> Strike:
        """Strike once, and judge what came of it."""
        loop = asyncio.get_running_loop()
        async with self._room:
            run = await loop.run_in_executor(self._strikers, strike, self._plan.work, fault)
            self.tally.add(await loop.run_in_executor(self._judges, judge, run))
        return run


def drawn(tried: Sequence[str], plan: Plan) -> list[Fault]:
    """Return the faults to strike with, where a run without any tries these things."""
    places = [at for at, what in enumerate(tried) if what.startswith(plan.only)]
    faults = [Fault(at, error) for at in places for error in (errno.EIO, errno.ENOSPC)]
    faults += [Fault(at, errno.ENOSPC, lasting=True) for at in places]
    return random.Random(plan.seed).sample(faults, plan.sample) if plan.sample else faults


def report(plan: Plan, faults: int, tally: Tally, seconds: float) -> int:
    """Print what came of it; return the exit status."""
    tally.tell()
    case = f"{plan.work.tasks} tasks of {plan.work.steps} steps" + (f", mutant {plan.mutant}" if plan.mutant else "")
    row = Row(case=case, ours={**tally.counts, **tally.faults, "seconds": round(seconds, 1)}, baseline={}, ratio={})
    struck = Aim(text="faults struck", value=tally.counts["struck"], op=">=", bound=faults, unit="")
    return finish("faults", [row], [struck, *tally.aims(KINDS)])


def main() -> int:
    """Read the arguments and run the battery."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="draws the sample")
    parser.add_argument("--sample", type=int, default=0, help="faults; all without it")
    parser.add_argument("--short", action="store_true", help="few tasks and a sample of the faults")
    parser.add_argument(
        "--mutant", choices=caught_by("faults"), default="", help="a fault to put into the program and to find"
    )
    asked = parser.parse_args()
    plan = replace(SHORT if asked.short else Plan(), seed=asked.seed, mutant=asked.mutant)
    began = time.monotonic()
    faults, tally = asyncio.run(run(replace(plan, sample=asked.sample or plan.sample)))
    return report(plan, faults, tally, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
