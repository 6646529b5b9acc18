"""What is asked is checked before it is stored: a task that could never run as asked is never made."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError, Problem
from engine.providers.port import Capabilities
from engine.providers.scripted import ScriptedProvider
from tests.virtual_time import run
from tests.workbench import bench, spec


def test_a_model_that_a_provider_certainly_has_not_is_refused() -> None:
    """The one model of this computer would answer in its name; nothing of the task is kept."""

    async def main() -> None:
        provider = ScriptedProvider(capabilities=Capabilities(models=("scripted-model",)))
        async with bench(provider=provider) as b:
            with pytest.raises(InvalidSpecError) as refused:
                await b.submit(model="nope")
            assert refused.value.problems == (Problem(field="model", code=ErrorCode.UNKNOWN_MODEL),)
            assert b.engine.snapshots() == ()
            assert await b.submit(model="scripted-model")

    run(main())


def test_many_tasks_come_in_all_or_none_and_in_slices() -> None:
    """One that cannot be leaves none; else all are one write, in order, while others have their turn."""

    async def main() -> None:
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async with bench() as b:
            with pytest.raises(InvalidSpecError):
                await b.engine.submit([*(spec(goal=f"{n}") for n in range(999)), spec(goal=" ")])
            assert b.engine.snapshots() == () and b.store.tasks == {}
            other = asyncio.create_task(others())
            await b.engine.submit([spec(goal=f"{n}") for n in range(1000)], paused=True)
            other.cancel()
            assert [task.spec.goal for task in b.engine.snapshots()] == [f"{n}" for n in range(1000)]
            assert turns >= 10

    run(main())


def test_many_tasks_that_cannot_be_saved_appear_when_the_store_is_mended() -> None:
    """All of them."""

    async def main() -> None:
        async with bench() as b:
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            with pytest.raises(DroverError):
                await b.engine.submit([spec(goal=f"{n}") for n in range(300)], paused=True)
            assert b.engine.snapshots() == ()
            b.store.failing = None
            await b.engine.mend()
            assert len(b.engine.snapshots()) == 300

    run(main())
