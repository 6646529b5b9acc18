"""What tasks can cost at most, to look at before a start."""

from __future__ import annotations

from engine.cost.port import Price
from engine.domain.task import RecipeName
from engine.recipes import recipe
from engine.runtime.worst import worst_case
from tests.virtual_time import run
from tests.workbench import CENT, PRICE, bench, spec


def test_each_step_sees_what_was_before_it() -> None:
    """Three steps of a goal cost more than three of one step; a budget bounds it."""
    one, three = spec(max_steps=1), spec(max_steps=3)
    iterate = recipe(RecipeName.ITERATE)
    assert worst_case(three, iterate, PRICE) > 3 * worst_case(one, iterate, PRICE)
    assert worst_case(spec(budget=CENT), iterate, Price(output=CENT)) == CENT
    assert worst_case(three, iterate, Price()) == 0


def test_nothing_that_a_task_spends_is_above_it() -> None:
    """Of a real run on the workbench, and of a pipeline."""

    async def main() -> None:
        async with bench() as b:
            asked = [spec(), spec(recipe=RecipeName.PIPELINE, prompts=("one", "two" * 50))]
            most = await b.engine.worst_case(asked)
            ids = await b.engine.submit(asked)
            spent = [(await b.done(task)).standing.spent for task in ids]
            assert 0 < sum(spent) <= most

    run(main())
