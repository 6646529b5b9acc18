"""The real engine in a simulated world: `python -m tests.simulation --tasks 10000 --steps 100 --seed 1`.

A large world is two, each with half of the tasks in a process of its own, however many cores there are: the same seed
is the same trace. Before, a small world is played twice, in processes that hash differently, and must be the same. What
is wrong is printed with what led to it and the command that plays it again. The last line is one JSON object; the exit
status is 0 when nothing was wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.report import Aim, Row, finish
from tests.simulation.trace import FAULTS

LARGE = 1000
"""Tasks from which a world is played as two."""

SMALL = (20, 10)
"""Tasks and steps of the world that is played twice."""

MILLION_MINUTES = 20
ENOUGH = 100_000
"""Steps from which the time that a million would take means something."""

TITLES = {
    "early": "early deadlines",
    "stuck": "tasks that hang",
    "lost": "steps lost",
    "doubled": "steps doubled",
    "over": "requests beyond a limit",
    "under": "money counted wrong",
    "illegal": "illegal states",
    "late": "deadlines more than five seconds late",
    "unrecorded": "requests before their intent was durable",
    "unheeded": "requests after a pause or cancel",
    "hasty": "requests before a server's Retry-After",
    "forgotten": "tasks that a crash changed",
    "internal": "tasks failed by a fault of ours",
    "broken": "worlds that broke",
}


async def shard(tasks: int, steps: int, seed: str, hash_seed: str = "random") -> dict[str, Any]:
    """Play a world in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulation.shard", str(tasks), str(steps), seed),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    told, _ = await process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"the world of seed {seed} could not be played: {process.returncode}")
    return json.loads(told.splitlines()[-1])


async def same(seed: str) -> bool:
    """Play a small world twice; whether it was the same."""
    one, other = await asyncio.gather(*(shard(*SMALL, seed, hash_seed) for hash_seed in ("1", "2")))
    return one["hash"] == other["hash"]


async def worlds(tasks: int, steps: int, seed: str) -> list[dict[str, Any]]:
    """Play all."""
    number = 2 if tasks >= LARGE else 1
    shares = [(tasks + part) // number for part in range(number)]
    return await asyncio.gather(*(shard(share, steps, f"{seed}.{part}") for part, share in enumerate(shares)))


def report(asked: argparse.Namespace, played: Sequence[dict[str, Any]], seconds: float, *, alike: bool) -> int:
    """Print what came of it; return the exit status."""
    figures, faults = Counter[str](), Counter[str]()
    for world in played:
        figures.update(world["figures"])
        faults.update(world["faults"])
        print("\n".join(world["told"]))
    steps, command = figures["steps"], f"make simulate TASKS={asked.tasks} STEPS={asked.steps} SEED={asked.seed}"
    if any(faults.values()):
        print(f"seed {asked.seed}; to see it again: {command}")
    ours = dict(figures) | {"seconds": round(seconds, 1), "steps_per_s": round(steps / seconds, 1)}
    aims = [Aim(text=TITLES[name], value=faults[name], op="==", bound=0, unit="") for name in FAULTS]
    aims += [
        Aim(text="steps, each once", value=steps, op=">=", bound=asked.tasks * asked.steps, unit=""),
        Aim(text="same seed, same trace in processes that hash differently", value=alike, op="==", bound=1, unit=""),
    ]
    if steps >= ENOUGH:
        minutes = round(seconds / steps * 1_000_000 / 60, 1)
        aims.append(Aim(text="a million steps", value=minutes, op="<=", bound=MILLION_MINUTES, unit="minutes"))
    row = Row(case=f"{asked.tasks} tasks of {asked.steps} steps", ours=ours, baseline={}, ratio={})
    trace = hashlib.sha256("".join(world["hash"] for world in played).encode()).hexdigest()
    return finish("simulate", [row], aims, {"seed": asked.seed, "trace": trace, "command": command})


def main() -> int:
    """Read the arguments and play."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--seed", default="1")
    asked = parser.parse_args()
    alike = asyncio.run(same(asked.seed))
    began = time.monotonic()
    played = asyncio.run(worlds(asked.tasks, asked.steps, asked.seed))
    return report(asked, played, time.monotonic() - began, alike=alike)


if __name__ == "__main__":
    sys.exit(main())
