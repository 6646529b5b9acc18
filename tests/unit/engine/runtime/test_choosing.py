"""A policy chooses the model of each step: recorded with its reason, within what remains, kept over failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from engine.cost.models import Facts
from engine.cost.port import Quote
from engine.cost.price import Price
from engine.domain.choice import Policy, Reason, Tier
from engine.domain.errors import ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import PauseReason, State
from engine.domain.step import AttemptRecord, AttemptStatus
from engine.domain.task import Complexity, Route
from engine.domain.usage import Usage
from engine.providers.port import ChatRequest, PreparedRequest
from engine.providers.scripted import Playbook, ScriptedProvider, Wait, failure, in_turn, reply
from tests.tiers import ThreePrices, ThreeTiers, price
from tests.virtual_time import run
from tests.workbench import Bench, bench, spec

LONG = reply("fine", usage=Usage(input=100, output=50))


@asynccontextmanager
async def three(playbook: Playbook | None = None, *, context: int = 100_000) -> AsyncGenerator[Bench]:
    """Open an engine whose provider has three models."""
    async with bench(playbook or in_turn(LONG), prices=ThreePrices(), models=ThreeTiers(context)) as b:
        yield b


async def attempts(b: Bench, task: TaskId) -> list[AttemptRecord]:
    """Return all attempts of a task."""
    return [attempt for step in await b.engine.steps(task) for attempt in step.attempts]


async def submit(b: Bench, **fields: object) -> TaskId:
    """Create a complex task of three steps under the policy *balanced*, unless said otherwise."""
    usual = {"model": "balanced", "policy": Policy.BALANCED, "complexity": Complexity.COMPLEX}
    (task,) = await b.engine.submit([spec(**(usual | fields))])
    return task


def test_each_step_gets_its_model_and_the_intent_says_why() -> None:
    """Planning and the end are promoted."""

    async def main() -> None:
        async with three() as b:
            task = await submit(b)
            assert (await b.done(task)).state is State.COMPLETED
            made = await attempts(b, task)
            assert [each.intent.model for each in made] == ["quality", "balanced", "quality"]
            assert [each.intent.why for each in made] == [Reason.PLANNING, Reason.COMPLEXITY, Reason.FINAL]
            figures = made[0].intent.figures
            assert (figures["tier"], figures["wanted"]) == (Tier.QUALITY, Tier.QUALITY)
            assert 0 < figures["estimate"] <= figures["worst"]
            assert figures["worst"] >= made[0].intent.held > 0
            assert b.engine.snapshot(task).route == Route(provider="scripted", model="quality")

    run(main())


def test_a_fixed_task_is_asked_of_its_own_model_and_says_nothing() -> None:
    """What was so before there were policies."""

    async def main() -> None:
        async with three() as b:
            task = await submit(b, policy=Policy.FIXED)
            await b.done(task)
            made = await attempts(b, task)
            assert {(each.intent.model, each.intent.why) for each in made} == {("balanced", "")}
            assert b.engine.snapshot(task).standing.chosen is None

    run(main())


def test_it_steps_down_where_the_rest_would_not_fit() -> None:
    """And never passes its budget."""

    async def main() -> None:
        async with three() as b:
            dear = await submit(b)
            await b.done(dear)
            first = (await attempts(b, dear))[0].intent.figures
            less = first["worst"] - 1
            task = await submit(b, budget=less)
            done = await b.done(task)
            made = await attempts(b, task)
            assert (made[0].intent.model, made[0].intent.why) == ("balanced", Reason.STEPPED_DOWN)
            assert made[0].intent.figures["remaining"] == less
            assert done.standing.spent <= less

    run(main())


class Wary(ScriptedProvider):
    """Bounds a prompt above its bytes."""

    async def prepare(self, request: ChatRequest) -> PreparedRequest:
        """See `Provider`."""
        prepared = await ScriptedProvider.prepare(self, request)
        return replace(prepared, input_bound=2 * prepared.input_bound)


def test_it_steps_down_where_a_provider_s_bound_passes_the_budget() -> None:
    """And is not asked for the same again and again."""

    async def main() -> None:
        async with three() as b:
            dear = await submit(b, max_steps=1)
            await b.done(dear)
            intent = (await attempts(b, dear))[0].intent
            assert intent.model == "balanced"
        book = in_turn(LONG)
        async with bench(book, provider=Wary(), prices=ThreePrices(), models=ThreeTiers()) as b:
            task = await submit(b, max_steps=1, budget=intent.figures["worst"])
            assert (await b.done(task)).state is State.COMPLETED
            assert [each.intent.model for each in await attempts(b, task)] == ["fast"]

    run(main())


def test_it_pauses_for_the_budget_where_nothing_fits() -> None:
    """With what the cheapest would need."""

    async def main() -> None:
        async with three() as b:
            task = await submit(b, budget=10)
            paused = await b.done(task)
            assert (paused.state, paused.standing.reason) == (State.PAUSED, PauseReason.BUDGET)
            assert (paused.standing.detail, paused.standing.attempts) == ("task", 0)
            assert paused.standing.needed > 100

    run(main())


def test_where_no_context_holds_it_the_task_fails_before_it_is_paid() -> None:
    """Money does not help."""

    async def main() -> None:
        async with three(context=100) as b:
            task = await submit(b)
            failed = await b.done(task)
            assert (failed.state, failed.standing.reason) == (State.FAILED, ErrorCode.CONTEXT_OVERFLOW)
            assert failed.standing.spent == 0

    run(main())


def test_a_model_of_another_provider_is_chosen_only_where_it_was_named() -> None:
    """The price list knows it; the person did not say so."""

    async def main() -> None:
        async with three() as b:
            task = await submit(b, model="quality", policy=Policy.ECONOMY, complexity=Complexity.SIMPLE)
            await b.done(task)
            assert {each.intent.provider for each in await attempts(b, task)} == {"scripted"}

    run(main())


def test_what_was_chosen_for_a_step_is_kept_over_a_crash() -> None:
    """Though the choice would be another one now: it stands in the intent."""

    async def main() -> None:
        async with three(in_turn((Wait(5.0), *LONG), LONG)) as b:
            task = await submit(b)
            await b.until(task, State.RUNNING)
            await asyncio.sleep(1.0)
            await b.crash()
            b.engine.resume([task])
            await b.done(task)
            made = await attempts(b, task)
            assert [each.intent.model for each in made[:2]] == ["quality", "quality"]
            assert (made[0].status, made[1].intent.why) == (AttemptStatus.UNKNOWN, Reason.KEPT)

    run(main())


def test_what_was_chosen_and_cannot_be_paid_any_more_is_chosen_anew() -> None:
    """The attempt of unknown end counts: what is left pays for less."""

    async def main() -> None:
        async with three(in_turn((Wait(5.0), *LONG), LONG)) as b:
            free = await submit(b, max_steps=1, policy=Policy.QUALITY, model="quality")
            await b.done(free)
            held = (await attempts(b, free))[0].intent.held
            b.provider.playbook = in_turn(*(LONG for _ in range(len(b.provider.sent))), (Wait(5.0), *LONG), LONG)
            task = await submit(b, max_steps=1, policy=Policy.QUALITY, model="quality", budget=held + held // 2)
            await b.until(task, State.RUNNING)
            await asyncio.sleep(1.0)
            await b.crash()
            b.engine.resume([task])
            done = await b.done(task)
            made = await attempts(b, task)
            assert [each.intent.model for each in made] == ["quality", "balanced"]
            assert made[1].intent.why == Reason.STEPPED_DOWN
            assert done.standing.spent <= held + held // 2

    run(main())


def test_a_model_that_keeps_failing_is_left_for_another_one() -> None:
    """No worse where there is one; the intent says that it is elsewhere now."""

    async def main() -> None:
        book = in_turn(failure(ErrorCode.UNKNOWN_MODEL, retryable=False), LONG)
        async with three(book) as b:
            task = await submit(b, max_steps=1, policy=Policy.QUALITY)
            assert (await b.done(task)).state is State.COMPLETED
            made = await attempts(b, task)
            assert [each.intent.model for each in made] == ["quality", "balanced"]
            assert made[1].intent.why == Reason.ELSEWHERE

    run(main())


def test_an_attempt_that_may_help_here_stays_here() -> None:
    """A server's error is no reason to choose anew."""

    async def main() -> None:
        async with three(in_turn(failure(ErrorCode.RATE_LIMITED), LONG)) as b:
            task = await submit(b, max_steps=1)
            await b.done(task)
            made = await attempts(b, task)
            first, again = made
            assert (again.intent.model, again.intent.why) == (first.intent.model, first.intent.why)

    run(main())


def test_when_nothing_is_left_to_choose_the_fallbacks_are_next() -> None:
    """They are the person's last word, under any policy."""

    async def main() -> None:
        wrong = failure(ErrorCode.UNKNOWN_MODEL, retryable=False)
        spare = Route(provider="scripted", model="fast")
        one = bench(in_turn(wrong, LONG), prices=ThreePrices(), models=ThreeTiers(stated=("quality",)))
        async with one as b:
            task = await submit(b, model="quality", max_steps=1, fallbacks=(spare,))
            assert (await b.done(task)).state is State.COMPLETED
            made = await attempts(b, task)
            assert [each.intent.model for each in made] == ["quality", "fast"]
            assert made[1].intent.why == Reason.ELSEWHERE

    run(main())


class TwoAlike:
    """Prices and facts of two models of one tier: one is dearer and remembers, the other cheaper and does not."""

    def quote(self, provider: str, model: str) -> Quote:
        """See `PriceBook`."""
        del provider
        remembers = Price(input=100, cached_input=10, cache_write=100, output=100, reasoning=100)
        return Quote(price={"remembers": remembers, "forgets": price(80)}[model], price_list="two")

    def facts(self, provider: str, model: str) -> Facts:
        """See `ModelBook`."""
        del provider, model
        return Facts(tier=Tier.FAST, context=100_000)

    def ranked(self, provider: str) -> tuple[str, ...]:
        """See `ModelBook`."""
        del provider
        return ("remembers", "forgets")


def test_a_cache_is_kept_between_steps() -> None:
    """What was read a moment ago costs less where it is: the last step, too, goes to the model that remembers."""

    async def main() -> None:
        usage = Usage(input=6_000, output=10)
        async with bench(in_turn(reply("fine", usage=usage)), prices=TwoAlike(), models=TwoAlike()) as b:
            task = await submit(b, goal="G" * 20_000, model="remembers", complexity=Complexity.SIMPLE, max_steps=4)
            await b.done(task)
            assert [each.intent.model for each in await attempts(b, task)] == ["remembers"] * 4
            alone = await submit(b, goal="G" * 20_000, model="remembers", complexity=Complexity.SIMPLE, max_steps=1)
            await b.done(alone)
            assert [each.intent.model for each in await attempts(b, alone)] == ["forgets"]

    run(main())
