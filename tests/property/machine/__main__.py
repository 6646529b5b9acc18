"""The long form of the state machine: `EXAMPLES=1000 python -m tests.property.machine`.

So many examples on the memory store, a quarter as many on real files. The last line is one JSON object; the exit status
is 0 when nothing was wrong.
"""

from __future__ import annotations

import logging
import os
import sys
import time

from tests.benchmarks.report import Aim, Row, finish
from tests.property.machine.play import MACHINES, STEPS, find

SHARE = {"memory": 1, "files": 4}
"""One in so many examples is played."""


def main() -> int:
    """Play."""
    logging.disable(logging.ERROR)  # disks fail all the time
    examples = int(os.environ.get("EXAMPLES", "1000"))
    rows, aims = list[Row](), list[Aim]()
    for name, machine in MACHINES.items():
        number, began = max(1, examples // SHARE[name]), time.monotonic()
        found = find(machine, number)
        seconds = round(time.monotonic() - began, 1)
        figures = {"examples": number, "rules_at_most": number * STEPS, "seconds": seconds, **found}
        rows.append(Row(case=name, ours=figures, baseline={}, ratio={}))
        aims.append(Aim(text=f"wrong on {name}: {', '.join(found)}", value=len(found), op="==", bound=0, unit=""))
    return finish("machine", rows, aims)


if __name__ == "__main__":
    sys.exit(main())
