"""What tasks will come to is told from those that are done, of this run and of earlier ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from engine.cost.forecast import ENOUGH
from engine.domain.choice import Policy
from engine.domain.context_policy import ContextPolicy
from engine.domain.foresight import Foresight
from engine.domain.ids import TaskId
from engine.domain.step import StepRecord
from engine.domain.usage import Usage
from engine.providers.port import Capabilities
from engine.providers.scripted import Script, ScriptedProvider, Sent, reply
from engine.store.memory import MemoryStore
from tests.tiers import ThreePrices, ThreeTiers
from tests.virtual_time import run
from tests.workbench import Bench, bench, spec


class Counting(MemoryStore):
    """Counts the tasks whose steps are read."""

    read = 0
    takes_s = 0.0

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """See `StoreReader`."""
        Counting.read += 1
        await asyncio.sleep(self.takes_s)
        return await MemoryStore.steps(self, task)


def play(sent: Sent) -> Script:
    """Reply after 3 seconds, with as many tokens as the prompt's length says."""
    tokens = 40 + sum(len(message.content) for message in sent.messages) % 20
    return reply("Reply.", usage=Usage(input=100, output=tokens), pause_s=1.0)


async def finish(b: Bench, number: int, **fields: object) -> Sequence[TaskId]:
    """Finish so many tasks of three steps."""
    ids = await b.engine.submit([spec(goal="G" * (20 + n), loop_after=0, **fields) for n in range(number)])
    for task in ids:
        await b.done(task)
    return ids


def spans(told: Foresight) -> tuple[float, float]:
    """Return the middles of both."""
    assert told.cost is not None
    assert told.seconds is not None
    return told.cost.middle, told.seconds.middle


def test_without_a_finished_task_there_is_a_bound_and_nothing_else() -> None:
    """No interval comes from nowhere."""

    async def body() -> None:
        async with bench(play) as b:
            told = await b.engine.foresee(spec())
            assert (told.cost, told.seconds, told.tasks) == (None, None, 0)
            assert told.most == await b.engine.worst_case([spec()])
            assert (await b.engine.foresee(spec(model="unpriced"))).most is None
            assert await b.engine.foresee_all([spec(), spec()]) == Foresight()

    run(body())


def test_the_bound_is_that_of_the_dearest_model_a_policy_may_choose() -> None:
    """Not that of the task's own."""

    async def body() -> None:
        async with bench(play, prices=ThreePrices(), models=ThreeTiers()) as b:
            free = spec(model="fast", policy=Policy.BALANCED, max_steps=3)
            told, fixed = await b.engine.foresee(free), await b.engine.foresee(spec(model="fast", max_steps=3))
            assert told.most == await b.engine.worst_case([free])
            assert told.most is not None and fixed.most is not None
            assert told.most == 20 * fixed.most

    run(body())


def test_finished_tasks_tell_what_others_take() -> None:
    """Cost within what they had, time exactly; the truth lies within the span."""

    async def body() -> None:
        async with bench(play) as b:
            ids = await finish(b, ENOUGH)
            spent = [b.engine.snapshot(task).standing.spent for task in ids]
            told = await b.engine.foresee(spec(goal="G" * 25))
            assert told.tasks == ENOUGH
            assert min(spent) * 0.9 <= spans(told)[0] <= max(spent) * 1.1
            assert round(spans(told)[1]) == 9
            task = await b.submit(goal="G" * 25)
            truth = (await b.done(task)).standing.spent
            assert told.cost is not None
            assert told.cost.low * 0.9 <= truth <= told.cost.high * 1.1
            assert (await b.engine.foresee_task(task)).cost is not None

    run(body())


def test_what_an_earlier_run_finished_is_read_once() -> None:
    """And tells the same as what was seen."""

    async def body() -> None:
        store = Counting()
        async with bench(play, store=store) as b:
            await finish(b, ENOUGH)
            before = await b.engine.foresee(spec())
            assert Counting.read == 0
            await b.reopen()
            after = await b.engine.foresee(spec())
            assert spans(after) == pytest.approx(spans(before), rel=0.05)  # how long replies are is learned anew
            read = Counting.read
            assert read == ENOUGH
            for _ in range(5):
                await b.engine.foresee(spec(goal="Other"))
            assert Counting.read == read

    run(body())


def test_who_asks_while_earlier_tasks_are_read_is_told_as_much() -> None:
    """And so is who asks after the first one gave up."""

    async def body() -> None:
        store = Counting()
        async with bench(play, store=store) as b:
            await finish(b, ENOUGH)
            await b.reopen()
            store.takes_s = 0.1
            first = asyncio.ensure_future(b.engine.foresee(spec()))
            await asyncio.sleep(0.15)
            second = asyncio.ensure_future(b.engine.foresee(spec()))
            await asyncio.sleep(0)
            first.cancel()
            assert (await second).tasks == ENOUGH

    run(body())


def test_tasks_of_fewer_steps_tell_nothing_of_longer_ones() -> None:
    """Three steps do not say what thirty take."""

    async def body() -> None:
        async with bench(play) as b:
            await finish(b, ENOUGH)
            assert (await b.engine.foresee(spec(max_steps=30))).cost is None
            assert (await b.engine.foresee(spec(max_steps=2))).cost is not None

    run(body())


def test_many_tasks_are_told_more_closely_than_one() -> None:
    """What they come to is the sum; how far it may be off grows more slowly."""

    async def body() -> None:
        async with bench(play) as b:
            await finish(b, 2 * ENOUGH, batch="b")
            one = await b.engine.foresee(spec(batch="b"))
            many = await b.engine.foresee_all([spec(batch="b")] * 100)
            assert one.cost is not None
            assert many.cost is not None
            assert abs(many.cost.middle / (100 * one.cost.middle) - 1) < 0.1
            assert many.cost.high - many.cost.low < 60 * (one.cost.high - one.cost.low) + 1
            done = await b.engine.foresee_batch("b")
            spent = sum(each.standing.spent for each in b.engine.snapshots())
            assert done.cost is not None
            assert round(done.cost.low) == round(done.cost.middle) == round(done.cost.high) == spent

    run(body())


def test_the_step_at_which_the_context_is_full_is_told() -> None:
    """With all that was said; a window that fits has none."""

    async def body() -> None:
        provider = ScriptedProvider(playbook=play, capabilities=Capabilities(context=1_000))
        async with bench(provider=provider) as b:
            await finish(b, 3)
            full = await b.engine.foresee(spec(max_steps=50))
            window = spec(max_steps=50, context_policy=ContextPolicy.WINDOW, window_steps=4)
            assert 5 < full.full_at < 50
            assert (await b.engine.foresee(window)).full_at == 0
            assert (await b.engine.foresee(spec(max_steps=3))).full_at == 0

    run(body())
