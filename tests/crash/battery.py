"""The parent of the battery: provider, witness and power switch.

It lets the engine live on a folder, kills it, looks at a copy of what the folder then holds, and lets it live again on
the same folder until all its tasks are at rest. Then come a new folder and new tasks.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from engine.domain.errors import DroverError
from engine.runtime import points as runtime_points
from engine.simulator.server import Simulator
from engine.store import points as store_points
from engine.store.store import FILE, open_store_reader
from tests.crash.child import ACKNOWLEDGED
from tests.crash.herd import SIZE, provider
from tests.crash.orders import Acknowledged, Ended, Finished, Order, Started, Submitted, Told
from tests.crash.verdict import Case, Faults, Saved

POINTS = (*runtime_points.ALL, *store_points.ALL, ACKNOWLEDGED)
SELDOM = {runtime_points.STATE_DURABLE: 3, runtime_points.CHECKPOINT_DURABLE: 12}
OFTEN = 30
"""A kill comes at most at this visit to its point: every one of them must come in the life of a set."""

LONGEST_S = 0.4
"""Random kills come within this of the start: from before the store is open to the middle of the work."""

PATIENCE_S = 60.0
"""A life that ends neither by itself nor by a kill is a fault of the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, and which."""

    runs: int
    seed: int = 1
    mutant: str = ""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of it."""

    kills: int = 0
    points: Counter[str] = field(default_factory=Counter[str])
    random: int = 0
    acked: int = 0
    sets: int = 0
    faults: Faults = field(default_factory=Faults)

    def add(self, other: Tally) -> None:
        """Take in what came of another portion."""
        self.kills += other.kills
        self.points += other.points
        self.random += other.random
        self.acked += other.acked
        self.sets += other.sets
        self.faults.add(other.faults)


@dataclass(slots=True, kw_only=True)
class Set:
    """Twenty tasks in a folder, and what was said of them."""

    number: int
    folder: Path
    kills: int = 0
    submitted: frozenset[str] = frozenset()
    saved: dict[str, dict[int, Saved]] = field(default_factory=dict[str, dict[int, Saved]])


class Battery:
    """`tally = await Battery(plan).run()`."""

    def __init__(self, plan: Plan) -> None:
        """Draw every kill from the plan's seed."""
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._tally = Tally()
        self._tried = Counter[str]()

    async def run(self) -> Tally:
        """Kill as often as planned; raises when the engine ends in a way that is neither a kill nor its end."""
        nursery = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.crash.nursery", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        if nursery.stdin is None or nursery.stdout is None:
            raise RuntimeError("the nursery has no pipes")
        self._orders, self._told = nursery.stdin, nursery.stdout
        try:
            while self._tally.kills < self._plan.runs:
                async with Simulator(provider(self._plan.seed)) as self._simulator:
                    await self._live_through_a_set()
        finally:
            self._orders.close()
            await nursery.wait()
        return self._tally

    async def _live_through_a_set(self) -> None:
        with tempfile.TemporaryDirectory(prefix="drover-crash-") as folder:
            herd = Set(number=self._tally.sets, folder=Path(folder, "data"))
            self._tally.sets += 1
            finished = False
            while not finished and self._tally.kills < self._plan.runs:
                finished = await self._live(herd)
                await self._look(herd, finished=finished)
            self._tally.acked += sum(map(len, herd.saved.values()))

    async def _live(self, herd: Set) -> bool:
        """Let the engine live once; return whether it came to its end."""
        at_point = self._tally.kills % 2 == 0
        point = self._rarest_point() if at_point else ""
        visit = self._chance.randint(1, SELDOM.get(point, OFTEN))
        order = Order(
            folder=str(herd.folder),
            base_url=self._simulator.base_url,
            herd=herd.number,
            point=point,
            visit=visit,
            mutant=self._plan.mutant,
        )
        self._orders.write(msgspec.json.encode(order) + b"\n")
        delay = None if at_point else self._chance.uniform(0.0, LONGEST_S)
        async with asyncio.timeout(PATIENCE_S):
            status = await self._listen(herd, delay)
        if status == 0:
            return True
        if status != -signal.SIGKILL:
            raise RuntimeError(f"the engine ended with {status}, after {self._tally.kills} kills")
        self._count(point, herd)
        return False

    def _rarest_point(self) -> str:
        """Choose among the points tried least: tried, because what is left of a set may not reach its point."""
        fewest = min(self._tried[point] for point in POINTS)
        point = self._chance.choice([point for point in POINTS if self._tried[point] == fewest])
        self._tried[point] += 1
        return point

    def _count(self, point: str, herd: Set) -> None:
        self._tally.kills += 1
        herd.kills += 1
        if point:
            self._tally.points[point] += 1
        else:
            self._tally.random += 1

    async def _listen(self, herd: Set, delay: float | None) -> int:
        """Take in what a child says, kill it after `delay` seconds, and return how it ended."""
        loop = asyncio.get_running_loop()
        switch: asyncio.TimerHandle | None = None
        while line := await self._told.readline():
            told: Told = msgspec.json.decode(line, type=Told)
            match told:
                case Started(pid=pid):
                    if delay is not None:
                        switch = loop.call_later(delay, os.kill, pid, signal.SIGKILL)
                case Submitted(tasks=tasks):
                    herd.submitted = frozenset(tasks)
                case Acknowledged(task=task, step=step, sha256=sha256):
                    herd.saved.setdefault(task, {})[step] = Saved(sha256=sha256, at_ns=time.time_ns())
                case Finished():
                    if switch is not None:
                        switch.cancel()
                case Ended(status=status):
                    if switch is not None:
                        switch.cancel()
                    return status
        raise RuntimeError("the nursery is gone")

    async def _look(self, herd: Set, *, finished: bool) -> None:
        """Judge what the folder holds, in a copy: what the engine finds at its next start is left as it was."""
        with tempfile.TemporaryDirectory(prefix="drover-crash-copy-") as copy:
            for file in (FILE, f"{FILE}-wal"):
                if (herd.folder / file).exists():
                    shutil.copyfile(herd.folder / file, Path(copy, file))
            try:
                cases = await self._cases(herd, Path(copy))
            except DroverError:
                if herd.submitted:
                    raise
                return  # killed while the store was being made: nothing was said to be in it
        faults = self._tally.faults
        faults.acked_lost.update(herd.submitted - {case.task for case in cases})
        for case in cases:
            faults.judge(case)
        if len(cases) not in ({SIZE} if finished else {0, SIZE}):  # made in one go; none where it was said is a loss
            raise RuntimeError(f"{len(cases)} tasks of {SIZE}")

    async def _cases(self, herd: Set, copy: Path) -> list[Case]:
        reader = await open_store_reader(copy)
        try:
            return [
                Case(
                    task=task.id,
                    steps=await reader.steps(task.id),
                    saved=herd.saved.get(task.id, {}),
                    seen=[seen for seen in self._simulator.witness if seen.prompt == task.spec.goal],
                    budget=task.spec.budget or 0,
                    kills=herd.kills,
                )
                for task in await reader.scan()
            ]
        finally:
            await reader.close()
