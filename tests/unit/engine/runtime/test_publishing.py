"""A task's files follow whatever changes what they say."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from engine.domain.ids import TaskId
from engine.results.port import NoResults
from tests.virtual_time import run
from tests.workbench import bench


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[TaskId]:
    """Return the tasks whose files are asked for."""
    tasks = list[TaskId]()

    def publish(_: NoResults, task: TaskId) -> None:
        tasks.append(task)

    monkeypatch.setattr(NoResults, "publish", publish)
    return tasks


def test_a_correction_and_another_title_are_published(asked: list[TaskId]) -> None:
    """As a step is."""

    async def main() -> None:
        async with bench() as b:
            task = await b.submit(max_steps=1)
            await b.done(task)
            (attempt,) = (await b.store.steps(task))[0].attempts
            asked.clear()
            await b.engine.correct(task, attempt.intent.attempt, 5)
            assert asked == [task]
            other = await b.submit(paused=True)
            await b.engine.edit(other, replace(b.engine.snapshot(other).spec, title="Another"))
            assert asked == [task, other]

    run(main())


def test_a_start_asks_for_what_the_last_run_left_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all its tasks."""
    mended = list[TaskId]()

    def mend(_: NoResults, tasks: Iterable[TaskId]) -> None:
        mended.extend(tasks)

    monkeypatch.setattr(NoResults, "mend", mend)

    async def main() -> None:
        async with bench() as b:
            task = await b.submit(paused=True)
            await b.engine.close()
            await b.reopen()
            assert mended == [task]

    run(main())
