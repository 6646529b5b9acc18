"""What is expected of all tasks together: from steps that were done, never from nothing."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.states import State
from engine.providers.scripted import in_turn, reply
from engine.runtime import expected_end
from tests.virtual_time import run
from tests.workbench import bench, spec


def test_a_long_task_that_has_not_begun_is_expected_to_take_as_long_as_its_steps() -> None:
    """One step took ten seconds: a task of fifty behind it is not ready in ten."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=1) as b:
            await b.submit(max_steps=1)
            await asyncio.sleep(1)
            assert b.engine.totals().eta_s is None
            await asyncio.sleep(20)
            assert b.engine.totals().by_state[State.COMPLETED] == 1
            await b.submit(max_steps=50)
            await asyncio.sleep(2)
            expected = b.engine.totals().eta_s
            assert expected is not None and expected > 400

    run(main())


@pytest.mark.parametrize(("per_s", "looks", "still_unknown"), [(2_000, 25, 1), (10, 90, 15)])
def test_the_expected_end_is_found_a_part_of_the_tasks_at_a_time(
    monkeypatch: pytest.MonkeyPatch, per_s: int, looks: int, still_unknown: int
) -> None:
    """Who looks ten times a second sees it after a second of looks, and later where more are to be looked at."""
    monkeypatch.setattr(expected_end, "PER_S", per_s)

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=1) as b:
            first = await b.submit(max_steps=1)
            await b.done(first)
            b.engine.totals()
            await b.engine.submit([spec(max_steps=50)] * 40)
            told: list[float | None] = []
            for _ in range(looks):
                await asyncio.sleep(0.1)
                told.append(b.engine.totals().eta_s)
            assert told[still_unknown] is None and told[-1] is not None and told[-1] > 40 * 400

    run(main())
