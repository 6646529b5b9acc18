"""The queue's order, as a person arranges it."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.ids import TaskId
from engine.domain.states import State
from engine.domain.where import Where
from engine.providers.scripted import in_turn, reply
from engine.runtime.places import between
from tests.virtual_time import run
from tests.workbench import Bench, bench, spec

NAMES = "abcdef"


async def waiting(b: Bench, urgent: str = "") -> dict[str, TaskId]:
    """Let one task run and several wait for it; return those by name."""
    await b.submit(title="running", max_steps=1)
    specs = [spec(title=name, max_steps=1, priority=5 if name in urgent else 0) for name in NAMES]
    ids = await b.engine.submit(specs)
    await asyncio.sleep(0.1)
    return dict(zip(NAMES, ids, strict=True))


def order(b: Bench) -> str:
    """Return the names of those that wait, first to last."""
    found = [each for each in b.engine.snapshots() if each.state in (State.PENDING, State.PAUSED)]
    return "".join(each.name for each in sorted(found, key=lambda each: each.place))


async def ran(b: Bench) -> str:
    """Return the names in the order in which they began."""
    await asyncio.sleep(1000)
    done = [each for each in b.engine.snapshots() if each.name in NAMES]
    return "".join(each.name for each in sorted(done, key=lambda each: each.standing.started_at_ms or 0))


SLOW = in_turn(reply("x", pause_s=10.0))


@pytest.mark.parametrize(
    ("moved", "where", "expected"),
    [
        ("e", Where.TOP, "eabcdf"),
        ("ce", Where.TOP, "ceabdf"),
        ("c", Where.UP, "acbdef"),
        ("a", Where.UP, "abcdef"),
        ("bd", Where.DOWN, "acebdf"),
        ("a", Where.BOTTOM, "bcdefa"),
        ("ab", Where.BOTTOM, "cdefab"),
    ],
)
def test_moving(moved: str, where: Where, expected: str) -> None:
    """Selected ones stay in their order; what is moved runs where it stands."""

    async def main() -> None:
        async with bench(SLOW, running_limit=1) as b:
            tasks = await waiting(b)
            b.engine.move([tasks[name] for name in moved], where)
            await asyncio.sleep(0.1)
            assert order(b) == expected
            assert await ran(b) == expected

    run(main())


def test_before_another_one() -> None:
    """And behind all."""

    async def main() -> None:
        async with bench(SLOW, running_limit=1) as b:
            tasks = await waiting(b)
            b.engine.move_before([tasks["f"], tasks["e"]], tasks["b"])
            await asyncio.sleep(0.1)
            assert order(b) == "aefbcd"
            b.engine.move_before([tasks["a"]], None)
            await asyncio.sleep(0.1)
            assert order(b) == "efbcda"

    run(main())


def test_what_is_seen_above_runs_before_whatever_its_priority() -> None:
    """A moved task takes over the lane of where it goes."""

    async def main() -> None:
        async with bench(SLOW, running_limit=1) as b:
            tasks = await waiting(b, "ab")
            b.engine.move_before([tasks["f"]], tasks["b"])
            await asyncio.sleep(0.1)
            assert order(b) == "afbcde" and await ran(b) == "afbcde"

    run(main())


def test_a_place_survives_a_crash_and_a_pause() -> None:
    """It is recorded, and holds when the task is resumed."""

    async def main() -> None:
        async with bench(SLOW, running_limit=1) as b:
            tasks = await waiting(b)
            b.engine.pause([tasks["f"]])
            b.engine.move([tasks["f"]], Where.TOP)
            await asyncio.sleep(0.1)
            engine = await b.crash()
            engine.resume_all()
            await asyncio.sleep(0.1)
            assert order(b).replace("running", "")[0] == "f"

    run(main())


def test_a_task_that_runs_has_no_place_to_be_moved() -> None:
    """Nothing happens to it."""

    async def main() -> None:
        async with bench(SLOW, running_limit=1) as b:
            await waiting(b)
            running = next(each.id for each in b.engine.snapshots() if each.state is State.RUNNING)
            assert b.engine.move([running], Where.TOP) == ()

    run(main())


def test_moves_without_end_between_two_count_anew() -> None:
    """There are only so many numbers between two."""

    async def main() -> None:
        async with bench(SLOW, running_limit=1) as b:
            tasks = await waiting(b)
            for turn in range(120):
                b.engine.move_before([tasks["ef"[turn % 2]]], tasks["b"])
            await asyncio.sleep(0.1)
            assert order(b) == "aefbcd"

    run(main())


def test_places_between() -> None:
    """In the lane of who comes after; before the first and behind the last, too."""
    assert between((0, 1.0), (0, 2.0), 1) == [(0, 1.5)]
    assert between(None, (0, 1.0), 2) == [(0, -1.0), (0, 0.0)]
    assert between((0, 1.0), None, 1) == [(0, 2.0)]
    assert between((-5, 1.0), (0, 3.0), 1) == [(0, 2.0)]
    assert between((0, 1.0), (0, 1.0), 1) is None
