"""A million admissions against a naive model: `python -m tests.property.money [--admissions N] [--mutant NAME]`.

The last line is one JSON object; the exit status is 0 when the ledger was never below the truth, never above a limit
but for what was billed above its hold and flagged, and nobody was left waiting.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from tests.benchmarks.report import Aim, Row, finish
from tests.mutants.registry import caught_by, mutated
from tests.property.money.play import Plan, Play, Tally
from tests.property.money.truth import FAULTS

ASKED = {
    "below": "ledger below what providers billed",
    "over": "above a limit, but for what was billed, or corrected, above its hold",
    "unflagged": "billed above the hold without a flag, or flagged without need",
    "wrong": "sums other than the naive model's",
    "overtaken": "calls granted before an earlier one that lacked the same money",
    "left": "callers left waiting for nothing",
    "held": "accounts that hold money with nothing in flight",
}


def report(plan: Plan, tally: Tally, seconds: float, mutant: str = "") -> int:
    """Print what came of it; return the exit status."""
    case = f"{plan.admissions} admissions, {plan.callers} callers, seed {plan.seed}"
    happened = {
        "refused": tally.refused,
        "waited": tally.waited,
        "cancelled": tally.cancelled,
        "taken_back": tally.taken_back,
        "limits_changed": tally.limits_changed,
        "corrected": tally.corrected,
        "days": tally.days,
        "overbilled": tally.overbilled,
        "most_in_flight": tally.most_in_flight,
        "most_waiting": tally.most_waiting,
    }
    row = Row(
        case=case + (f", mutant {mutant}" if mutant else ""),
        ours={"admitted": tally.admitted, "seconds": round(seconds, 1), **happened},
        baseline={},
        ratio={},
    )
    aims = [
        Aim(text="admissions", value=tally.admitted, op=">=", bound=plan.admissions, unit=""),
        Aim(text="in flight at once, at most", value=tally.most_in_flight, op="<=", bound=plan.callers, unit=""),
        *(
            Aim(text=f"of each kind: {name}", value=number, op=">", bound=0, unit="")
            for name, number in happened.items()
        ),
        *(Aim(text=ASKED[name], value=tally.faults[name], op="==", bound=0, unit="") for name in FAULTS),
    ]
    return finish("money", [row], aims, {"kinds": dict(sorted(tally.kinds.items()))})


def main() -> int:
    """Read the arguments and run the battery."""
    parser = argparse.ArgumentParser(prog="python -m tests.property.money", description=__doc__)
    parser.add_argument("--admissions", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutant", choices=caught_by("money"), default="", help="a fault to put in and to find")
    asked = parser.parse_args()
    plan = Plan(admissions=asked.admissions, seed=asked.seed)
    began = time.perf_counter()
    with mutated(asked.mutant):
        tally = asyncio.run(Play(plan).run())
    return report(plan, tally, time.perf_counter() - began, asked.mutant)


if __name__ == "__main__":
    sys.exit(main())
