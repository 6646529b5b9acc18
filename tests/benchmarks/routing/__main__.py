"""What does choosing a model for each step save, and what does it cost in quality? Drover's choice beside four others.

Three workloads of a public shape (workloads.py), simulated models at real prices (models.py). Aims are of the worst of
several seeds. What the result hangs on is shown by playing it again with other assumptions; those rows have no aims.

    python -m tests.benchmarks.routing [--short] [--json] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.cost.routing.port import Candidate, Key
from engine.domain.money import decimal
from tests.benchmarks.report import Aim, Figures, Row, finish
from tests.benchmarks.routing.models import BEST, THREE, Truth, candidates
from tests.benchmarks.routing.play import Play, Router, Score
from tests.benchmarks.routing.routers import Always, Ours, Static
from tests.benchmarks.routing.speed import speeds
from tests.benchmarks.routing.workloads import ALL, Workload

Make = Callable[[random.Random, Truth, float], Workload]
Scores = dict[str, list[Score]]

FAST: Key = ("google", "gemini-2.5-flash-lite")
LONG = ("refinement", "research")
"""Workloads whose prefixes grow to tens of thousands of tokens."""
ENDS = 10
"""How many times the first and the last step count where they are said to matter more."""
DOUBTS: Mapping[str, Truth] = {
    "no wrong reply is caught": Truth(caught=0.0),
    "half of the wrong replies are caught": Truth(caught=0.5),
    "tiers differ by half more": Truth(gap=1.5),
    "complexity is said by a coin": Truth(hint=0.5),
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is played."""

    seeds: tuple[int, ...]
    scale: float


def routers() -> dict[str, Router]:
    """Return everything that is compared."""
    models = candidates()
    every: Sequence[Candidate] = list(models.values())
    three = [models[key] for key in THREE]
    return {
        "all quality (GPT-4.1)": Always(models[BEST]),
        "all fast": Always(models[FAST]),
        "static rule": Static(three),
        "ours": Ours(candidates=every),
        "ours, blind to caches": Ours(candidates=every, aware=False),
        "ours, the static rule's models": Ours(candidates=three),
    }


def play(make: Make, truth: Truth, size: Size) -> Scores:
    """Return every router's score at each seed; all see the same steps and draws."""
    scores: Scores = {name: [] for name in routers()}
    for seed in size.seeds:
        workload = make(random.Random(seed), truth, size.scale)
        for name, router in routers().items():
            scores[name].append(Play(router, workload, truth).run())
    return scores


def saved(scores: Scores, name: str, other: str) -> float:
    """Return the share of spend saved against another, in percent, at the worst seed."""
    pairs = zip(scores[name], scores[other], strict=True)
    return min(100 - 100 * one.spent / two.spent for one, two in pairs)


def lost(scores: Scores, name: str, other: str, weight: int = 1) -> float:
    """Return the points of quality lost against another, at the worst seed."""
    pairs = zip(scores[name], scores[other], strict=True)
    return max(two.weighed(weight) - one.weighed(weight) for one, two in pairs)


def figures(scores: Scores, name: str) -> Figures:
    """Return what is told of a router: means over seeds, but for the two that say worst."""
    mine, count = scores[name], len(scores[name])
    return {
        "dollars": round(float(decimal(sum(each.spent for each in mine))) / count, 4),
        "quality": round(sum(each.quality for each in mine) / count, 2),
        "tried_again": sum(each.again for each in mine) / count,
        "worst_saved_percent": round(saved(scores, name, "all quality (GPT-4.1)"), 1),
        "worst_points_lost": round(lost(scores, name, "all quality (GPT-4.1)"), 2),
        "worst_points_lost_ends_count_10": round(lost(scores, name, "all quality (GPT-4.1)", ENDS), 2),
    }


def row(case: str, scores: Scores) -> Row:
    """Return a case, ours first."""
    told = {name: figures(scores, name) for name in scores}
    ours = told.pop("ours")
    ratio = {name: round(other["dollars"] / ours["dollars"], 2) for name, other in told.items()}
    return Row(case=case, ours=ours, baseline=told, ratio=ratio)


def aims(name: str, scores: Scores) -> list[Aim]:
    """What routing has to hold on a workload."""
    best = "all quality (GPT-4.1)"
    asked = [
        (f"{name}: saved against all-GPT-4.1", saved(scores, "ours", best), ">=", 73, "%"),
        (f"{name}: quality lost against all-GPT-4.1", lost(scores, "ours", best), "<=", 2, "points"),
        (f"{name}: saved against the static rule", saved(scores, "ours", "static rule"), ">", 0, "%"),
        (f"{name}: quality lost against the static rule", lost(scores, "ours", "static rule"), "<=", 0, "points"),
    ]
    if name in LONG:
        blind = saved(scores, "ours", "ours, blind to caches")
        asked.append((f"{name}: saved by counting caches", blind, ">=", 15, "%"))
    return [
        Aim(text=text, value=round(value, 3), op=op, bound=bound, unit=unit) for text, value, op, bound, unit in asked
    ]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes half a minute."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.routing")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--json", action="store_true", help="the last line is JSON in any case")
    parser.add_argument("--seed", type=int, default=1, help="the first of the seeds")
    options = parser.parse_args(arguments)
    count, scale = (3, 0.25) if options.short else (5, 1.0)
    size = Size(tuple(range(options.seed, options.seed + count)), scale)
    rows, held = list[Row](), list[Aim]()
    for make in ALL:
        scores = play(make, Truth(), size)
        rows.append(row(make.__name__, scores))
        held += aims(make.__name__, scores)
    doubted = Size(size.seeds[:2], min(scale, 0.25))
    rows += [
        row(f"{make.__name__}, if {doubt}", play(make, truth, doubted))
        for doubt, truth in DOUBTS.items()
        for make in ALL
    ]
    took = speeds(options.seed)
    table, plain = took["by the table"], took["over all of them"]
    rows.append(
        Row(
            case="a choice among 200 candidates",
            ours={"median_us": table},
            baseline={"the rule over all of them": {"median_us": plain}},
            ratio={"the rule over all of them": round(plain / table, 1)},
        )
    )
    held.append(Aim(text="a choice among 200 candidates, CPU time", value=table, op="<=", bound=50, unit="µs"))
    return finish("routing", rows, held, {"seeds": size.seeds})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
