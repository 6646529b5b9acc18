"""A long run of the battery in portions, two at a time: a kill is mostly waiting, for a moment or for a reply.

Each portion has a provider, a nursery and a seed of its own, and says when it is over what there is so far: a run that
is ended early has told something.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from tests.crash.battery import POINTS, Battery, Plan, Tally

KILLS = 100
LANES = 2


def portions(plan: Plan) -> Iterator[Plan]:
    """Return plans that together kill as often as one."""
    for number, done in enumerate(range(0, plan.runs, KILLS)):
        yield replace(plan, runs=min(KILLS, plan.runs - done), seed=plan.seed + number)


async def run(plan: Plan) -> Tally:
    """Kill as often as planned."""
    tally, room = Tally(), asyncio.Semaphore(LANES)

    async def one(portion: Plan) -> None:
        async with room:
            tally.add(await Battery(portion).run())
        least = min(tally.points[point] for point in POINTS)
        print(f"{tally.kills} kills, {least} at the rarest point, harm: {tally.faults.number}", flush=True)

    async with asyncio.TaskGroup() as group:
        for portion in portions(plan):
            group.create_task(one(portion))
    return tally
