"""The change feed: each task once, the newest state, nobody called."""

from __future__ import annotations

import asyncio

from engine.domain.ids import TaskId
from engine.runtime.feed import ChangeFeed
from tests.virtual_time import run

A, B = TaskId("a"), TaskId("b")


def test_each_task_once() -> None:
    """A task marked many times comes once; one added and changed comes as added; one added and removed not at all."""
    feed = ChangeFeed()
    for _ in range(5):
        feed.mark(A)
    feed.add(B)
    feed.mark(B)
    assert feed.take() == ([B], [A], [])
    assert feed.take() == ([], [], [])
    feed.add(B)
    feed.remove(B)
    feed.remove(A)
    feed.mark(A)
    assert feed.take() == ([], [], [A])


def test_a_reader_that_dawdles_sees_the_newest_once() -> None:
    """Changes between two looks are merged, and a subscription narrowed to one task hears of no other."""

    async def main() -> None:
        feed = ChangeFeed()
        with feed.subscribe(A) as one, feed.subscribe() as every:
            for _ in range(1000):
                feed.mark(A)
            feed.mark(B)
            assert await one.changes() == (A,)
            assert await every.changes() == (A, B)
            waiting = asyncio.ensure_future(one.changes())
            feed.mark(B)
            await asyncio.sleep(1)
            assert not waiting.done()
            waiting.cancel()
        feed.mark(A)
        assert feed.take() == ([], [A, B], [])

    run(main())
