"""Kills the engine again and again and counts what that broke: `python -m tests.crash --runs 200 [--mutant NAME]`.

Half of the kills come at named points, half at random moments; of ten thousand, a hundred at each point at least. The
last line is one JSON object; the exit status is 0 when nothing that was acknowledged, paid or limited was harmed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.benchmarks.report import Aim, Row, finish
from tests.crash.battery import POINTS, Plan, Tally
from tests.crash.portions import run
from tests.mutants.registry import caught_by

ASKED = {
    "acked_lost": "acknowledged steps lost or changed",
    "doubled_beyond_in_flight": "steps repeated beyond the attempt in flight",
    "ledger_below_truth": "requests billed above what the ledger counts",
    "over_budget": "tasks over their budget",
}


def found(tally: Tally) -> dict[str, int]:
    """Return how many faults of each kind there were."""
    return {name: len(getattr(tally.faults, name)) for name in ASKED}


def report(plan: Plan, tally: Tally) -> int:
    """Print what came of it; return the exit status."""
    faults = found(tally)
    row = Row(
        case=f"{plan.runs} kills, seed {plan.seed}" + (f", mutant {plan.mutant}" if plan.mutant else ""),
        ours={"kills": tally.kills, "sets": tally.sets, "acked": tally.acked, **faults},
        baseline={},
        ratio={},
    )
    aims = [
        Aim(text="kills", value=tally.kills, op=">=", bound=plan.runs, unit=""),
        *(Aim(text=text, value=faults[name], op="==", bound=0, unit="") for name, text in ASKED.items()),
    ]
    points = {point: tally.points[point] for point in sorted(POINTS)}
    rarest = min(points, key=lambda point: points[point])
    text = f"kills at each named point ({rarest})"
    aims.append(Aim(text=text, value=points[rarest], op=">=", bound=plan.runs // 100, unit=""))
    points["random"] = tally.random
    return finish("crash", [row], aims, {"kills": tally.kills, "points": points, "acked": tally.acked, **faults})


def main() -> int:
    """Read the arguments and run the battery."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="kills")
    parser.add_argument("--seed", type=int, default=1, help="draws points and moments")
    parser.add_argument("--mutant", choices=caught_by("crash"), default="", help="a fault to put in and to find")
    asked = parser.parse_args()
    plan = Plan(runs=asked.runs, seed=asked.seed, mutant=asked.mutant)
    return report(plan, asyncio.run(run(plan)))


if __name__ == "__main__":
    sys.exit(main())
