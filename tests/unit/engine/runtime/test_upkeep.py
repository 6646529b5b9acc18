"""Retention: off by default, tasks at rest alone, raw replies first, the oldest first; and deletions can be undone."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import State
from engine.domain.storage import Retention
from engine.domain.task import ResultRule
from engine.providers.scripted import in_turn, reply
from engine.runtime import upkeep
from engine.store.memory import MemoryStore
from tests.virtual_time import LoopClock, run
from tests.workbench import Bench, bench

DAY_S = 20
"""Seconds of a day here: a tick every half second makes real days long, even in virtual time."""
TEXT = "A reply. " * 11


@pytest.fixture(autouse=True)
def short_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let days pass quickly."""
    monkeypatch.setattr(upkeep, "DAY_MS", DAY_S * 1000)
    monkeypatch.setattr(upkeep, "UNDO_MS", 30 * DAY_S * 1000)
    monkeypatch.setattr(upkeep, "ROUND_S", 5.0)


async def finished(b: Bench, count: int, result: ResultRule = ResultRule.LAST) -> list[TaskId]:
    """Run tasks to their end, one after the other."""
    made: list[TaskId] = []
    for _ in range(count):
        made.append(await b.submit(max_steps=3, result=result))
        await b.until(made[-1])
        await asyncio.sleep(1)
    return made


def test_nothing_goes_by_itself() -> None:
    """Not after a year."""

    async def main() -> None:
        async with bench(in_turn(reply(TEXT))) as b:
            await finished(b, 1)
            before = await b.store.sizes()
            await asyncio.sleep(366 * DAY_S)
            assert await b.store.sizes() == before

    run(main())


def test_texts_go_when_they_are_old_and_the_answer_stays() -> None:
    """Of completed tasks alone: one that can go on keeps all it stands on."""

    async def main() -> None:
        async with bench(in_turn(reply(TEXT, pause_s=0.01))) as b:
            (task,) = await finished(b, 1)
            open_ = await b.submit(max_steps=50)
            await asyncio.sleep(0.1)
            b.engine.pause([open_])
            assert (await b.done(open_)).state is State.PAUSED
            steps = b.engine.snapshot(open_).standing.steps_done
            answer = await b.engine.answer(task)
            b.engine.set_retention(Retention(texts_days=7))
            await asyncio.sleep(6 * DAY_S)
            assert len(await b.store.replies(task)) == 3
            await asyncio.sleep(2 * DAY_S)
            with pytest.raises(DroverError) as raised:
                await b.store.replies(task)
            assert raised.value.code is ErrorCode.TEXT_DROPPED
            assert (await b.engine.answer(task)).text == answer.text
            assert len(await b.store.replies(open_)) == steps > 1

    run(main())


def test_an_answer_made_of_all_steps_is_said_to_be_dropped() -> None:
    """And never shown shorter."""

    async def main() -> None:
        async with bench(in_turn(reply(TEXT))) as b:
            (task,) = await finished(b, 1, ResultRule.JOIN)
            b.engine.set_retention(Retention(texts_days=0))
            await asyncio.sleep(1)
            with pytest.raises(DroverError) as raised:
                await b.engine.answer(task)
            assert raised.value.code is ErrorCode.TEXT_DROPPED

    run(main())


def test_by_size_the_oldest_go_first_and_no_more_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tasks and room for a little more than two."""
    monkeypatch.setattr(upkeep, "MEGABYTE", 1)

    async def main() -> None:
        async with bench(in_turn(reply(TEXT))) as b:
            first, second, third = await finished(b, 3)
            total = (await b.store.sizes()).total
            b.engine.set_retention(Retention(texts_megabytes=total - 10))
            await asyncio.sleep(1)
            with pytest.raises(DroverError):
                await b.store.replies(first)
            assert len(await b.store.replies(second)) == len(await b.store.replies(third)) == 3

    run(main())


def test_a_deletion_can_be_taken_back_for_thirty_days() -> None:
    """Whole; after that its replies are gone, and said to be."""

    async def main() -> None:
        async with bench(in_turn(reply(TEXT)), store=MemoryStore(clock=LoopClock())) as b:
            kept, gone = await finished(b, 2)
            await b.engine.delete([kept, gone])
            await asyncio.sleep(29 * DAY_S)
            assert await b.engine.undelete([kept, TaskId("nobody")]) == (kept,)
            assert b.engine.snapshot(kept).state is State.COMPLETED
            assert len(await b.store.replies(kept)) == 3
            await asyncio.sleep(2 * DAY_S)
            assert (await b.engine.storage()).deleted == 0
            await b.engine.undelete([gone])
            with pytest.raises(DroverError):
                await b.store.replies(gone)

    run(main())


def test_a_policy_set_in_the_moment_of_closing_holds_nothing_up() -> None:
    """The engine closes; Python 3.11's `wait_for` would swallow the cancellation."""

    async def main() -> None:
        async with bench() as b:
            await asyncio.sleep(1)
            b.engine.set_retention(Retention(raw_days=1))
            async with asyncio.timeout(60):
                await b.engine.close(0.0)

    run(main())
