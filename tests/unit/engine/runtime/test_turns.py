"""Many acts, a few at a time, and in order."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from engine.domain.states import PauseReason, State, Wanted
from engine.domain.task import TaskSnapshot
from engine.providers.scripted import in_turn, reply
from engine.runtime import turns
from engine.runtime.record import TaskRecord
from engine.runtime.turns import AT_ONCE, Turns
from tests.virtual_time import run
from tests.workbench import Bench, bench, spec

MANY = 3 * AT_ONCE + 7


def several(number: int) -> list[TaskRecord]:
    """Return what stands for records here."""
    return cast("list[TaskRecord]", list(range(number)))


def test_a_few_are_done_in_one_turn() -> None:
    """Nothing is put off."""

    async def main() -> None:
        done, told = list[object](), list[str]()
        turns = Turns(lambda: told.append("begun"), lambda: told.append("ended"))
        turns.take(several(3), done.append)
        assert done == [0, 1, 2] and told == []

    run(main())


def test_many_take_turns_and_come_in_order() -> None:
    """The first are done at once, the others when the loop comes to them."""

    async def main() -> None:
        done, told = list[object](), list[str]()
        turns = Turns(lambda: told.append("begun"), lambda: told.append("ended"))
        turns.take(several(MANY), done.append)
        assert len(done) == AT_ONCE and told == ["begun"]
        await asyncio.sleep(0)
        assert len(done) == 2 * AT_ONCE and told == ["begun"]
        await asyncio.sleep(0.01)
        assert done == list(range(MANY)) and told == ["begun", "ended"]

    run(main())


def test_what_is_asked_next_has_the_rest_done_first() -> None:
    """Two clicks are two acts, one after the other."""

    async def main() -> None:
        done = list[object]()
        turns = Turns(lambda: None, lambda: None)
        turns.take(several(MANY), done.append)
        turns.take(several(1), lambda _: done.append("next"))
        await asyncio.sleep(0.01)
        assert done == [*range(MANY), "next"]

    run(main())


async def full(b: Bench) -> None:
    """Fill a bench with many tasks, of which two run."""
    await b.engine.submit([spec() for _ in range(MANY)])
    await asyncio.sleep(0.5)


def states(b: Bench) -> list[TaskSnapshot]:
    """Return all tasks."""
    return list(b.engine.snapshots())


def test_a_pause_of_many_starts_none_that_it_has_not_come_to_yet() -> None:
    """A place that gets free meanwhile stays free."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0)), running_limit=2) as b:
            await full(b)
            assert len(b.engine.pause_all(now=True)) == MANY
            await asyncio.sleep(5)
            assert {each.state for each in states(b)} == {State.PAUSED}
            assert len(b.provider.sent) == 2

    run(main())


def test_a_resume_right_after_a_pause_of_many_leaves_none_behind() -> None:
    """The second click finds the first one done."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0)), running_limit=2) as b:
            await full(b)
            b.engine.pause_all()
            assert len(b.engine.resume_all()) == MANY
            await asyncio.sleep(0.5)
            assert not any(each.state is State.PAUSED for each in states(b))
            assert all(each.standing.wanted is Wanted.NOTHING for each in states(b))

    run(main())


def test_an_end_of_the_program_right_after_a_pause_of_many_keeps_it() -> None:
    """What was clicked is recorded before the store is closed."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0)), running_limit=2) as b:
            await full(b)
            b.engine.pause_all()
            await b.engine.close(grace_s=10.0)
            engine = await b.reopen()
            assert {each.state for each in engine.snapshots()} == {State.PAUSED}

    run(main())


def test_no_request_leaves_after_a_pause_of_many_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those whose turn to be recorded has not come hear of it at once, too; their own pause is their person's."""
    monkeypatch.setattr(turns, "AT_ONCE", 1)

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0)), running_limit=60) as b:
            await b.engine.submit([spec(max_steps=9, priority=n) for n in range(60)])
            await asyncio.sleep(1.0)  # replies end just now, and who waits next is the last to be recorded
            b.engine.pause_all()
            sent = len(b.provider.sent)
            await asyncio.sleep(5)
            assert 0 < sent == len(b.provider.sent)
            assert {(each.state, each.standing.reason) for each in states(b)} == {(State.PAUSED, PauseReason.USER)}

    run(main())


def test_what_is_paused_before_its_first_turn_never_begins(caplog: pytest.LogCaptureFixture) -> None:
    """It has its place and no record of a start yet; nothing goes wrong inside."""

    async def main() -> None:
        async with bench(in_turn(reply("x"))) as b:
            (task,) = await b.engine.submit([spec()], paused=True)
            b.engine.start([task])
            b.engine.pause([task])
            await asyncio.sleep(5)
            found = b.engine.snapshot(task)
            assert (found.state, found.standing.reason, found.standing.started_at_ms) == (State.PAUSED, "user", None)
            assert b.provider.sent == [] and "failed inside" not in caplog.text

    run(main())
