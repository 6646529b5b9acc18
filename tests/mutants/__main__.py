"""Puts known faults into the product, one at a time, and sees that a battery finds each: `python -m tests.mutants`.

Every trial has a process of its own, two run at a time. One that is not over in its time is ended, and has caught
nothing. Each battery also runs without a fault, in the same form, and must find nothing: what always fails catches
nothing. The last line is one JSON object; the exit status is 0 when all faults fit the product and were caught.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.benchmarks.report import Aim, Row, finish
from tests.mutants.registry import MUTANTS

PROCESSES = 2
CLEAN = ""
LIMIT_S = 240.0
"""What a trial may take; on a machine that does nothing else, the longest takes a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A battery that ran, and what came of it."""

    mutant: str
    battery: str
    found: tuple[str, ...]
    """Checks that were broken."""
    failed: str
    """Why the battery could not be run, where it could not: the last of what it said."""
    seconds: float

    @property
    def as_it_should(self) -> bool:
        """Whether a fault was caught, or where there is none nothing was found."""
        return not self.failed and bool(self.found) == bool(self.mutant)


async def run(mutant: str, battery: str, room: asyncio.Semaphore, *, limit_s: float = LIMIT_S) -> Trial:
    """Run a battery in a process of its own."""
    async with room:
        began = time.monotonic()
        found, failed, complained = await heard(battery, mutant, limit_s)
        seconds = round(time.monotonic() - began, 1)
        trial = Trial(mutant=mutant, battery=battery, found=found, failed=failed, seconds=seconds)
        print(line(trial), flush=True)
        if not trial.as_it_should:
            print(complained, file=sys.stderr, flush=True)
        return trial


async def heard(battery: str, mutant: str, limit_s: float) -> tuple[tuple[str, ...], str, str]:
    """Return what a battery found, why it could not be run to its end, if so, and all that it complained of."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.mutants.trial", battery, mutant),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    too_long = asyncio.get_running_loop().call_later(limit_s, end, process)
    try:
        told, error = await process.communicate()
    finally:
        too_long.cancel()
        end(process)
    complained = error.decode(errors="replace").strip()
    if process.returncode == 0:
        return tuple(json.loads(told.splitlines()[-1])), "", complained
    if process.returncode == -signal.SIGKILL:
        return (), f"it was ended after {limit_s} s", complained
    return (), complained.rpartition("\n")[2], complained


def end(process: asyncio.subprocess.Process) -> None:
    """End a battery, where it runs, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def line(trial: Trial) -> str:
    """Return a trial in words."""
    verdict = "as it should" if trial.as_it_should else "NOT AS IT SHOULD"
    what = trial.failed or ", ".join(trial.found) or "nothing"
    return f"{verdict}: {trial.mutant or 'no fault'} in {trial.battery}, {trial.seconds} s: {what}"


async def run_all(names: Sequence[str], *, clean: bool = True) -> list[Trial]:
    """Run the battery of each mutant, and with `clean` each of these batteries without one."""
    room = asyncio.Semaphore(PROCESSES)
    wanted = [(name, MUTANTS[name].caught_by) for name in names]
    if clean:
        wanted = [(CLEAN, battery) for battery in dict.fromkeys(battery for _, battery in wanted)] + wanted
    return await asyncio.gather(*(run(mutant, battery, room) for mutant, battery in wanted))


def report(trials: Sequence[Trial], seconds: float) -> int:
    """Print what came of it; return the exit status."""
    caught = [trial for trial in trials if trial.mutant and trial.as_it_should]
    mutants = [trial for trial in trials if trial.mutant]
    clean = [trial for trial in trials if not trial.mutant]
    row = Row(
        case=f"{len(mutants)} mutants, {len(clean)} batteries",
        ours={"caught": len(caught), "seconds": round(seconds, 1)},
        baseline={},
        ratio={},
    )
    aims = [
        Aim(text="mutants caught", value=len(caught), op="==", bound=len(mutants), unit=""),
        Aim(
            text="batteries that find nothing where nothing is",
            value=sum(trial.as_it_should for trial in clean),
            op="==",
            bound=len(clean),
            unit="",
        ),
    ]
    table = [asdict(trial) | {"breaks": MUTANTS[trial.mutant].breaks} for trial in mutants]
    return finish("mutants", [row], aims, {"mutants": table, "clean": [asdict(trial) for trial in clean]})


def main() -> int:
    """Read the arguments and run the batteries."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", choices=tuple(MUTANTS), action="append", help="one mutant; may be given again")
    asked = parser.parse_args()
    began = time.monotonic()
    trials = asyncio.run(run_all(asked.only or list(MUTANTS)))
    return report(trials, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
