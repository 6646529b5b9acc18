"""One world in a process of its own: `python -m tests.simulation.shard TASKS STEPS SEED`.

The last line is a JSON object: what was counted, what was wrong, the hash of the trace.
"""

from __future__ import annotations

import gc
import json
import logging
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.simulation.scale import Scale
from tests.simulation.trace import FAULTS
from tests.simulation.world import World

MEMORY = Path("/dev/shm")
"""A disk that needs no waiting: the world's own is slow in virtual time alone."""


def play(scale: Scale) -> dict[str, object]:
    """Let a world live; return what came of it."""
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="drover-world-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        world = World(scale, Path(folder, "data"))
        try:
            world.run()
        except Exception:  # noqa: BLE001 - a world that breaks is a fault like others, told with its seed
            world.trace.fault("broken", traceback.format_exc())
    counts = world.witness.count
    return {
        "hash": world.trace.hash,
        "faults": {name: world.trace.faults[name] for name in FAULTS},
        "told": world.trace.told,
        "figures": {
            "steps": counts["steps"],
            "requests": counts["requests"],
            "failed": counts["failed"],
            "cut": counts["cut"],
            "unknown": counts["unknown"],
            "tasks": len(world.witness.books),
            "completed": world.witness.completed,
            "lives": world.lives,
            "acts": world.person.acts,
            "storms": world.network.weather.storms,
            **{kind.replace(" ", "_"): number for kind, number in world.fate.count.items()},
            "virtual_hours": round(world.clock.monotonic() / 3600, 1),
            "cpu_s": round(time.process_time() - began, 1),
        },
    }


def main(tasks: str, steps: str, seed: str) -> int:
    """Play, and print what came of it."""
    logging.disable(logging.ERROR)  # servers fail all the time
    gc.disable()  # the world collects at the end of each life: where Python would, depends on more than the seed
    print(json.dumps(play(Scale(tasks=int(tasks), steps=int(steps), seed=seed))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
