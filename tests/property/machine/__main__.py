"""The long form of the state machine: `python -m tests.property.machine --examples 1000`.

So many examples on the memory store, a quarter as many on real files. The last line is one JSON object; the exit status
is 0 when nothing was wrong.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time

from tests.benchmarks.report import Aim, Row, finish
from tests.property.machine.play import MACHINES, STEPS, find

SHARE = {"memory": 1, "files": 4}
"""One in so many examples is played."""


def play(examples: int) -> int:
    """Play on each store and print what came of it; return the exit status."""
    rows, aims = list[Row](), list[Aim]()
    for name, machine in MACHINES.items():
        number, began = max(1, examples // SHARE[name]), time.monotonic()
        found = find(machine, number)
        seconds = round(time.monotonic() - began, 1)
        figures = {"examples": number, "rules_at_most": number * STEPS, "seconds": seconds, **found}
        rows.append(Row(case=name, ours=figures, baseline={}, ratio={}))
        aims.append(Aim(text=f"wrong on {name}: {', '.join(found)}", value=len(found), op="==", bound=0, unit=""))
    return finish("machine", rows, aims)


def main() -> int:
    """Read the arguments and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.machine", description=__doc__)
    parser.add_argument("--examples", type=int, default=1000, help="on the memory store")
    asked = parser.parse_args()
    logging.disable(logging.ERROR)  # disks fail all the time
    return play(asked.examples)


if __name__ == "__main__":
    sys.exit(main())
