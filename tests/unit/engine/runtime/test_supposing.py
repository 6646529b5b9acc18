"""What finished work would have cost otherwise, through the whole engine: by task, batch and month."""

from __future__ import annotations

import pytest

from engine.cost.port import Level, Scope
from engine.cost.price import Price
from engine.cost.whatif import Supposition
from engine.domain.choice import Policy
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.usage import Usage
from engine.providers.scripted import failure, in_turn, reply
from tests.tiers import ThreePrices, ThreeTiers
from tests.unit.engine.runtime.test_choosing import LONG, submit
from tests.virtual_time import run
from tests.workbench import bench

KEY = ("scripted", "quality")


def test_a_task_a_batch_and_a_month_are_told_apart() -> None:
    """Three steps of 150 tokens each: 450 at the cheapest, 9,000 at the best."""

    async def main() -> None:
        async with bench(in_turn(LONG), prices=ThreePrices(), models=ThreeTiers()) as b:
            one = await submit(b, policy=Policy.FIXED, model="fast", batch="a")
            other = await submit(b, policy=Policy.FIXED, model="fast", batch="b")
            await b.done(one)
            done = await b.done(other)
            asked = Supposition(model=KEY)
            found = await b.engine.what_if(Scope(Level.TASK, one), asked)
            assert (found.tasks, found.steps, found.spent, found.would) == (1, 3, 450, 9_000)
            assert await b.engine.what_if(Scope(Level.BATCH, "b"), asked) == found
            month = b.engine.totals().day[:7]
            whole = await b.engine.what_if(Scope(Level.MONTH, month), asked)
            assert (whole.tasks, whole.spent, whole.saved) == (2, 900, 17_100)
            assert (await b.engine.what_if(Scope(Level.MONTH, "1999-01"), asked)).tasks == 0
            assert (await b.engine.what_if(Scope(Level.EVERYTHING, ""), asked)) == whole
            assert done.standing.spent == 450

    run(main())


def test_under_its_own_policy_and_prices_nothing_is_saved() -> None:
    """What would be is what was."""

    async def main() -> None:
        async with bench(in_turn(LONG), prices=ThreePrices(), models=ThreeTiers()) as b:
            task = await submit(b)
            done = await b.done(task)
            for asked in (Supposition(), Supposition(policy=Policy.BALANCED)):
                found = await b.engine.what_if(Scope(Level.TASK, task), asked)
                assert (found.would, found.saved) == (done.standing.spent, 0)
            dearer = Supposition(prices={("scripted", "balanced"): Price(input=5, output=5)})
            found = await b.engine.what_if(Scope(Level.TASK, task), dearer)
            assert found.saved == 150

    run(main())


def test_a_failed_attempt_was_spent_and_would_not_have_been() -> None:
    """The baseline is what it would cost at best: savings are told too small, not too large."""

    async def main() -> None:
        cut = (*reply("half")[:3], *failure(ErrorCode.CUT, maybe_billed=True))
        async with bench(in_turn(cut, LONG), prices=ThreePrices(), models=ThreeTiers()) as b:
            task = await submit(b, policy=Policy.FIXED, model="fast", max_steps=1)
            done = await b.done(task)
            found = await b.engine.what_if(Scope(Level.TASK, task), Supposition())
            assert found.spent == done.standing.spent > found.would == 150

    run(main())


def test_a_model_without_a_price_is_refused() -> None:
    """Nothing is guessed."""

    async def main() -> None:
        book = in_turn(reply("x", usage=Usage(input=1, output=1)))
        async with bench(book, prices=ThreePrices(), models=ThreeTiers()) as b:
            task = await submit(b, max_steps=1)
            await b.done(task)
            with pytest.raises(DroverError) as caught:
                await b.engine.what_if(Scope(Level.TASK, task), Supposition(model=("scripted", "no such")))
            assert caught.value.code is ErrorCode.PRICE_UNKNOWN

    run(main())
