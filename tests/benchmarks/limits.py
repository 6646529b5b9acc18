"""Whether Drover finds what a server takes and does not tell, and how often it is refused meanwhile.

The whole engine on virtual time, against servers with a limit that they do not tell: of requests at once, of requests
or tokens a minute, with and without headers, or that slow down under load. Beside it a plain client that sends a fixed
number at once, the best that a search finds in the same run, and one that sends all at once. Figures follow from the
seed alone, so that the cases share the cores, and a number is given up as soon as it is slower than the best so far.

    python -m tests.benchmarks.limits [--short] [--json]
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from engine.domain.states import State
from engine.providers.port import Capabilities
from engine.simulator.limits import HiddenLimits
from tests.benchmarks.hidden import HiddenProvider, Server, Shape, plain_client
from tests.benchmarks.report import Aim, Figures, Row, finish
from tests.virtual_time import run
from tests.workbench import bench, spec

SHAPES = (
    Shape(name="8 at once", limits=HiddenLimits(at_once=8)),
    Shape(name="64 at once", limits=HiddenLimits(at_once=64)),
    Shape(name="32 at once, says nothing", limits=HiddenLimits(at_once=32, headers=False, retry_after=False)),
    Shape(name="600 requests a minute", limits=HiddenLimits(requests=600)),
    Shape(name="600 requests in each minute", limits=HiddenLimits(requests=600, refills=False)),
    Shape(name="600 requests a minute, no headers", limits=HiddenLimits(requests=600, headers=False)),
    Shape(name="90,000 tokens a minute", limits=HiddenLimits(tokens=90_000)),
    Shape(
        name="90,000 tokens in each minute, no headers",
        limits=HiddenLimits(tokens=90_000, refills=False, headers=False),
    ),
    Shape(name="slower beyond 24 at once", limits=HiddenLimits(slows_at=24)),
)
STEPS = 4
LIKELY = 32
"""At once: where the search begins."""
ROUNDED_S = 0.01
"""What rounding may take off the seconds of the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    tasks: int
    seeds: tuple[int, ...]

    @property
    def requests(self) -> int:
        """Replies in all."""
        return self.tasks * STEPS


async def _drover(server: Server, size: Size, seed: int) -> float:
    provider = HiddenProvider(server=server, capabilities=Capabilities())
    async with bench(provider=provider, running_limit=size.tasks, seed=seed) as b:
        clock = b.engine.drain
        began = clock().at
        tasks = await b.engine.submit([spec(max_steps=STEPS) for _ in range(size.tasks)])
        ended = began
        for task in tasks:
            if (await b.until(task)).state is not State.COMPLETED:
                raise RuntimeError(f"{task} did not complete: {b.engine.snapshot(task)}")
            ended = max(ended, clock().at)
        return ended - began


def _figures(server: Server, seconds: float) -> Figures:
    return {
        "seconds": round(seconds, 2),
        "refused_percent": round(100 * server.refused / max(1, server.asked), 2),
        "requests": server.asked,
        "most_at_once": server.most,
    }


async def _within(server: Server, size: Size, at_once: int, most_s: float) -> float:
    """Return the seconds of a fixed number at once, infinite where they are more than `most_s`."""
    try:
        async with asyncio.timeout(most_s):
            return await plain_client(server, tasks=size.tasks, steps=STEPS, at_once=at_once)
    except TimeoutError:
        return math.inf


def _fixed(shape: Shape, size: Size, seed: int, at_once: int, most_s: float | None = None) -> Figures:
    server = Server(shape, seed)
    most_s = math.inf if most_s is None else most_s
    return {"at_once": at_once, **_figures(server, run(_within(server, size, at_once, most_s)))}


class Search:
    """Looks for the fastest fixed number: what is slower than the best so far is not played to its end."""

    def __init__(self, shape: Shape, size: Size, seed: int) -> None:
        """Try on servers of one shape and seed."""
        self._of = (shape, size, seed)
        self._best_s = math.inf
        self.tried: dict[int, Figures] = {}

    def seconds(self, at_once: int) -> float:
        """Return what a number takes; infinite where another one was faster."""
        if at_once not in self.tried:
            self.tried[at_once] = _fixed(*self._of, at_once, self._best_s + ROUNDED_S)
            self._best_s = min(self._best_s, self.tried[at_once]["seconds"])
        return self.tried[at_once]["seconds"]


def best_fixed(shape: Shape, size: Size, seed: int) -> Figures:
    """Return the fastest fixed number: coarse first, from likely ones outwards, then finer around the best."""
    search = Search(shape, size, seed)
    coarse = sorted({min(size.tasks, round(1.15**power)) for power in range(60)})
    for at_once in sorted(coarse, key=lambda number: abs(math.log(number / LIKELY))):
        search.seconds(at_once)
    middle = min(coarse, key=search.seconds)
    for step in (max(1, middle // 10), max(1, middle // 30), 1):
        around = {max(1, middle + step * by) for by in (-2, -1, 0, 1, 2)}
        middle = min(around, key=lambda at_once: (search.seconds(at_once), at_once))
    return search.tried[middle]


def case(shape: Shape, size: Size, seed: int) -> Row:
    """Return one server with one seed."""
    server = Server(shape, seed)
    ours = _figures(server, run(_drover(server, size, seed)))
    best, at_all = best_fixed(shape, size, seed), _fixed(shape, size, seed, size.tasks)
    ratio = {
        name: round(ours["seconds"] / other["seconds"], 3)
        for name, other in (("best fixed", best), ("all at once", at_all))
    }
    return Row(
        case=f"{shape.name}, seed {seed}", ours=ours, baseline={"best fixed": best, "all at once": at_all}, ratio=ratio
    )


def aims(rows: Sequence[Row]) -> list[Aim]:
    """What has to hold of each of them."""
    slowest = max(row.ratio["best fixed"] for row in rows)
    refused = max(row.ours["refused_percent"] for row in rows)
    return [
        Aim(
            text="time to finish, of the best fixed number's, the worst case",
            value=slowest,
            op="<=",
            bound=1.15,
            unit="",
        ),
        Aim(text="refused, the worst case", value=refused, op="<=", bound=2.0, unit="%"),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes half a minute, else some minutes."""
    short = "--short" in arguments
    size = Size(tasks=250, seeds=(1,)) if short else Size(tasks=500, seeds=(1, 2, 3))
    cases = [(shape, size, seed) for shape in SHAPES for seed in size.seeds]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as cores:
        rows = list(cores.map(case, *zip(*cases, strict=True)))
    return finish("limits", rows, aims(rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
