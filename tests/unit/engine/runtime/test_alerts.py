"""Parts of budgets that are used up: each told once, and anew only where the budget is another."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from engine.cost.port import Level, Scope
from engine.domain.alert import reached
from engine.domain.states import State
from engine.providers.scripted import in_turn, reply
from engine.runtime.supervisor import Supervisor
from tests.virtual_time import run
from tests.workbench import CENT, Bench, bench

REPLIES = in_turn(reply("x" * 100))
LEVELS = (Level.BATCH, Level.DAY, Level.MONTH, Level.EVERYTHING)


def scope(engine: Supervisor, level: Level) -> Scope:
    """Return the account of a level that the tests' tasks count in now."""
    day = engine.totals().day
    return Scope(level, {Level.BATCH: "b", Level.DAY: day, Level.MONTH: day[:7]}.get(level, ""))


def told(engine: Supervisor) -> list[tuple[str, int]]:
    """Return level and part of what stands."""
    return [(alert.level, alert.part) for alert in engine.alerts()]


async def spent(b: Bench, steps: int = 6) -> int:
    """Run a task of batch "b" to its end; return pico it spent."""
    return (await b.done(await b.submit(max_steps=steps, batch="b", loop_after=0))).standing.spent


@pytest.mark.parametrize(
    ("spent", "limit", "part"),
    [
        (0, 100, 0),
        (49, 100, 0),
        (50, 100, 50),
        (79, 100, 50),
        (80, 100, 80),
        (99, 100, 80),
        (100, 100, 100),
        (300, 100, 100),
        (5, None, 0),
        (0, 0, 0),
    ],
)
def test_parts(spent: int, limit: int | None, part: int) -> None:
    """At exactly a part it is reached; without a limit none is."""
    assert reached(spent, limit) == part


@pytest.mark.parametrize("level", LEVELS)
def test_a_crossing_is_told_once(level: Level) -> None:
    """Of the account it is of, with its figures; not again once it was read, nor after a restart, nor after a crash."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            first = await spent(b)
            account = scope(b.engine, level)
            b.engine.set_budget(account, first * 100 // 60)
            await spent(b, 1)
            (alert,) = b.engine.alerts()
            assert (alert.level, alert.part, alert.limit) == (level, 50, first * 100 // 60)
            assert alert.spent == b.engine.balance(account).spent
            b.engine.alerts_read()
            assert told(b.engine) == []
            await b.engine.saved()
            await b.crash()
            if level is not Level.BATCH:  # the batch's limit is the engine's to keep, the others are the settings'
                b.engine.set_budget(account, first * 100 // 60)
            assert told(b.engine) == []

    run(main())


def test_a_higher_part_takes_the_place_of_a_lower_one() -> None:
    """Whoever looks late is told how it stands."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            first = await spent(b)
            b.engine.set_budget(scope(b.engine, Level.DAY), 2 * first - 1)
            assert told(b.engine) == [("day", 50)]
            await spent(b, 4)
            assert told(b.engine) == [("day", 80)]

    run(main())


def test_a_raised_limit_is_told_of_anew() -> None:
    """Not when it is raised, but when it is crossed; a lowered one at once where it is passed by that."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            first = await spent(b)
            day = scope(b.engine, Level.DAY)
            b.engine.set_budget(day, first * 100 // 85)
            assert told(b.engine) == [("day", 80)]
            b.engine.alerts_read()
            b.engine.set_budget(day, first * 100 // 45)
            assert told(b.engine) == []
            await spent(b, 1)
            assert told(b.engine) == [("day", 50)]
            b.engine.alerts_read()
            b.engine.set_budget(day, first)
            assert told(b.engine) == [("day", 100)]
            b.engine.set_budget(day, None)
            assert told(b.engine) == []

    run(main())


def test_another_day_is_told_of_anew_and_marks_of_yesterday_go() -> None:
    """The month is the same, and has been told of."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            first = await spent(b)
            b.engine.set_budget(scope(b.engine, Level.DAY), first)
            b.engine.set_budget(scope(b.engine, Level.MONTH), first)
            assert sorted(told(b.engine)) == [("day", 100), ("month", 100)]
            b.engine.alerts_read()
            await asyncio.sleep(13 * 3600)
            assert told(b.engine) == []
            await b.engine.saved()
            await b.crash()
            await b.engine.saved()
            assert [level for level, _ in b.store.limits] == ["told.100.month"]

    run(main())


def test_a_task_that_its_budget_stops_is_told_of() -> None:
    """At 100 %, by its name, though what is left is more than nothing: nothing more fits."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            task = await b.submit(max_steps=30, budget=CENT // 5, loop_after=0, title="Long one")
            assert (await b.done(task)).state is State.PAUSED
            (alert,) = b.engine.alerts()
            assert (alert.level, alert.key, alert.name, alert.part) == ("task", task, "Long one", 100)
            assert 0 < alert.spent < alert.limit
            b.engine.alerts_read()
            await b.crash()
            assert told(b.engine) == []
            standing = b.engine.snapshot(task).standing
            await b.engine.edit(task, msgspec.structs.replace(b.engine.snapshot(task).spec, budget=standing.spent * 3))
            assert told(b.engine) == []
            b.engine.resume([task])
            await b.done(task)
            assert [part for _, part in told(b.engine)] == [100]

    run(main())


def test_a_deleted_task_is_told_of_no_more() -> None:
    """What it spent stays in the shared accounts."""

    async def main() -> None:
        async with bench(REPLIES) as b:
            task = await b.submit(max_steps=30, budget=CENT // 5, loop_after=0)
            await b.done(task)
            assert told(b.engine) == [("task", 100)]
            await b.engine.delete([task])
            assert told(b.engine) == []

    run(main())
