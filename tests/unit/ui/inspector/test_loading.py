"""Reads about one task never show on another."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest

from engine.face import DroverError, ErrorCode, TaskId
from ui.inspector.loading import Loader

ONE, TWO = TaskId("one"), TaskId("two")


class Desk:
    """Reads that end when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[TaskId, asyncio.Future[str]]] = []
        self.shown: list[str] = []
        self.failed: list[ErrorCode] = []
        self.running: list[asyncio.Task[None]] = []
        self.loader = Loader(self.read, self.shown.append, lambda e: self.failed.append(e.code), self.spawn)

    async def read(self, task: TaskId) -> str:
        """Wait to be answered."""
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.asked.append((task, future))
        return await future

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run on the test's loop."""
        self.running.append(asyncio.ensure_future(work))

    async def answer(self, number: int, value: str | DroverError) -> None:
        """End a read and let what follows happen."""
        future = self.asked[number][1]
        if isinstance(value, DroverError):
            future.set_exception(value)
        else:
            future.set_result(value)
        await self.settle()

    async def settle(self) -> None:
        """Let what is ready run."""
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
def desk() -> Desk:
    """A desk of its own for each test."""
    return Desk()


async def test_the_same_version_is_read_once(desk: Desk) -> None:
    """News that change nothing worth reading cause no read."""
    for _ in range(3):
        desk.loader.want(ONE, 1)
        await desk.settle()
    await desk.answer(0, "a")
    desk.loader.want(ONE, 1)
    await desk.settle()
    assert (len(desk.asked), desk.shown) == (1, ["a"])


async def test_wishes_during_a_read_become_one(desk: Desk) -> None:
    """A task that runs fast is read as fast as reading is, not more often."""
    desk.loader.want(ONE, 1)
    await desk.settle()
    for version in range(2, 9):
        desk.loader.want(ONE, version)
    await desk.answer(0, "old")
    await desk.answer(1, "new")
    assert (len(desk.asked), desk.shown) == (2, ["old", "new"])


async def test_a_read_for_another_task_is_dropped(desk: Desk) -> None:
    """What comes late for a task that was left is not shown."""
    desk.loader.want(ONE, 1)
    await desk.settle()
    desk.loader.forget()
    desk.loader.want(TWO, 1)
    await desk.answer(0, "of one")
    await desk.answer(1, "of two")
    assert [task for task, _ in desk.asked] == [ONE, TWO]
    assert desk.shown == ["of two"]


async def test_an_error_is_shown_and_not_repeated(desk: Desk) -> None:
    """A read that fails is tried again only for another version."""
    desk.loader.want(ONE, 1)
    await desk.settle()
    await desk.answer(0, DroverError(ErrorCode.STORE_DAMAGED))
    desk.loader.want(ONE, 1)
    await desk.settle()
    assert (desk.failed, len(desk.asked)) == ([ErrorCode.STORE_DAMAGED], 1)
    desk.loader.want(ONE, 2)
    await desk.settle()
    await desk.answer(1, "mended")
    assert desk.shown == ["mended"]


async def test_cancelled_in_the_middle_it_can_read_again(desk: Desk) -> None:
    """A cancelled read leaves nothing busy."""
    desk.loader.want(ONE, 1)
    await desk.settle()
    desk.running[0].cancel()
    await desk.settle()
    desk.loader.want(ONE, 1)
    await desk.settle()
    await desk.answer(1, "after")
    assert desk.shown == ["after"]
