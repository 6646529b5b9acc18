"""A long task is summed up before its prompt fills the model's context: paid, recorded and taken back as a step is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from engine.domain.context_policy import ContextPolicy
from engine.domain.errors import ErrorCode
from engine.domain.ids import TaskId
from engine.domain.message import Message
from engine.domain.states import PauseReason, State
from engine.domain.step import AttemptStatus, Intent, Outcome
from engine.domain.task import Route
from engine.domain.usage import Usage
from engine.providers.port import Capabilities
from engine.providers.scripted import Script, ScriptedProvider, Sent, Until, reply
from engine.recipes import recipe
from engine.recipes.shortened import SUMMED_UP
from engine.recipes.summing_up import RULES
from engine.runtime.contexts import size_of
from engine.store.fold import disagreements, folded
from engine.store.reading import history_of
from tests.virtual_time import run
from tests.workbench import Bench, bench

CONTEXT = 1_000
"""Tokens; four bytes are one."""
REPLY = "x" * 360
SUMMARY = "s" * 120


def sums_up(messages: Sequence[Message]) -> bool:
    """Whether a summary is asked for."""
    return messages[0].content == RULES


def play(sent: Sent) -> Script:
    """Reply 90 tokens, sum up in 30, and report four bytes a token."""
    used = size_of(sent.messages) // 4
    if sums_up(sent.messages):
        return reply(SUMMARY, usage=Usage(input=used, output=30), pause_s=0.01)
    return reply(REPLY, usage=Usage(input=used, output=90), pause_s=0.01)


def small(context: int = CONTEXT) -> ScriptedProvider:
    """Return a provider of a model with a small context."""
    return ScriptedProvider(playbook=play, capabilities=Capabilities(context=context))


async def long(b: Bench, *, paused: bool = False, **fields: object) -> TaskId:
    """Begin a task that is summed up."""
    asked = {"max_steps": 30, "loop_after": 0, "context_policy": ContextPolicy.SUMMARY, "summary_share": 0.5}
    return await b.submit(paused=paused, **(asked | fields))


def steps_sent(b: Bench) -> list[Sent]:
    """Return the requests for steps."""
    return [sent for sent in b.provider.sent if not sums_up(sent.messages)]


def summaries_sent(b: Bench) -> list[Sent]:
    """Return the requests for summaries."""
    return [sent for sent in b.provider.sent if sums_up(sent.messages)]


async def until(seen: Callable[[], bool]) -> None:
    """Wait for something to be seen."""
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110 - virtual time
            await asyncio.sleep(0.01)


def agrees(b: Bench, task: TaskId) -> bool:
    """Whether where the task stands is what its records come to."""
    return disagreements(b.store.tasks[task].standing, folded(b.store.records[task])) == ()


def as_recorded(b: Bench, task: TaskId) -> tuple[Message, ...]:
    """Return the prompt of the next step, made of the records alone."""
    told, asked = history_of(b.store.records[task]), b.engine.snapshot(task).spec
    return recipe(asked.recipe).prompt(asked, told.replies, told.told, told.summary)


def test_the_input_of_two_hundred_steps_is_bounded() -> None:
    """No prompt passes the share of the context by more than the exchange that made it due; all of it is paid once."""

    async def body() -> None:
        async with bench(provider=small()) as b:
            task = await long(b, max_steps=200, max_output=100)
            done = await b.done(task)
            assert (done.state, done.standing.steps_done) == (State.COMPLETED, 200)
            exchange = 90 + 30
            assert max(size_of(sent.messages) // 4 for sent in steps_sent(b)) <= CONTEXT // 2 + exchange
            made = [a for step in await b.store.steps(task) for a in step.attempts]
            summed = [a for a in made if a.status is AttemptStatus.SUMMED]
            assert len(summed) == len(summaries_sent(b)) > 10
            assert all(a.intent.sums_up and a.cost for a in summed)
            assert done.standing.spent == sum(a.cost for a in made)
            assert done.standing.attempts == len(b.provider.sent)
            assert agrees(b, task)

    run(body())


def test_what_is_asked_after_a_restart_is_what_the_records_say() -> None:
    """Byte for byte, whenever the program ends, with every policy; the digests of all checkpoints hold."""

    async def body(policy: ContextPolicy) -> None:
        async with bench(provider=small(10 * CONTEXT if policy is not ContextPolicy.SUMMARY else CONTEXT)) as b:
            task = await long(b, max_steps=14, checkpoint_interval=1, context_policy=policy, window_steps=3)
            async with asyncio.timeout(60):
                while b.engine.snapshot(task).state is not State.COMPLETED:
                    await asyncio.sleep(0.0733)
                    await b.crash()
                    expected, begun = as_recorded(b, task), len(b.provider.sent)
                    b.engine.resume([task])
                    await asyncio.sleep(0.001)
                    for sent in b.provider.sent[begun:]:
                        assert sums_up(sent.messages) or sent.messages == expected
            for point in (await b.engine.checkpoints(task))[:-1]:
                again = await b.engine.fork(task, point.step, b.engine.snapshot(task).spec, paused=True)
                assert agrees(b, again)
            assert bool(summaries_sent(b)) is (policy is ContextPolicy.SUMMARY)

    for policy in ContextPolicy:
        run(body(policy))


def test_a_summary_that_nobody_saw_the_end_of_is_unknown_and_asked_again_only_with_a_yes() -> None:
    """Its hold counts; what is paid in the end says both."""

    async def body() -> None:
        gate = asyncio.Event()
        provider = small()

        def stops(sent: Sent) -> Script:
            waits = sums_up(sent.messages) and not gate.is_set()
            return (*((Until(gate),) if waits else ()), *play(sent))

        provider.playbook = stops
        async with bench(provider=provider) as b:
            task = await long(b)
            await until(lambda: bool(summaries_sent(b)))
            await b.crash()
            standing = b.engine.snapshot(task).standing
            assert (standing.state, standing.unknown) == (State.PAUSED, 1)
            held = next(iter(standing.undecided.values()))
            assert 0 < held <= standing.spent
            gate.set()
            b.engine.resume([task])
            done = await b.done(task)
            assert done.state is State.COMPLETED
            ends = [a.status for step in await b.store.steps(task) for a in step.attempts if a.intent.sums_up]
            assert ends[:2] == [AttemptStatus.UNKNOWN, AttemptStatus.SUMMED]
            assert agrees(b, task)

    run(body())


def test_a_summary_that_is_durable_is_not_paid_again() -> None:
    """The program ends between it and its step."""

    async def body() -> None:
        gate = asyncio.Event()
        provider = small()

        def stops(sent: Sent) -> Script:
            begins = any(SUMMED_UP.format(count=3)[:20] in message.content for message in sent.messages[1:2])
            return (*((Until(gate),) if begins and not gate.is_set() else ()), *play(sent))

        provider.playbook = stops
        async with bench(provider=provider) as b:
            task = await long(b)
            await until(lambda: any(SUMMARY in str(sent.messages) for sent in steps_sent(b)))
            asked, begun = b.provider.sent[-1].messages, len(b.provider.sent)
            await b.crash()
            assert as_recorded(b, task) == asked
            gate.set()
            b.engine.resume([task])
            await b.done(task)
            assert b.provider.sent[begun].messages == asked

    run(body())


def test_going_back_before_a_summary_gives_the_old_context_and_a_fork_after_it_has_it() -> None:
    """What was replaced is still there."""

    async def body() -> None:
        async with bench(provider=small()) as b:
            task = await long(b, max_steps=8, checkpoint_interval=1)
            await b.done(task)
            step = next(r.step for r in b.store.records[task] if isinstance(r, Intent) and r.sums_up)
            asked = b.engine.snapshot(task).spec
            before = await b.engine.fork(task, step - 1, asked, paused=True)
            after = await b.engine.fork(task, step, asked, paused=True)
            told = history_of(b.store.records[before])
            assert told.summary is None
            assert as_recorded(b, before) == recipe(asked.recipe).prompt(asked, told.replies)
            summary = history_of(b.store.records[after]).summary
            assert summary is not None
            assert summary.text in as_recorded(b, after)[1].content
            b.engine.resume([after])
            assert (await b.done(after)).state is State.COMPLETED

    run(body())


def test_what_a_task_is_told_waits_for_its_step_and_a_no_keeps_the_summary() -> None:
    """A summary says nothing of an instruction, and is not paid again for a reply that was rejected."""

    async def body() -> None:
        async with bench(provider=small()) as b:
            task = await long(b, max_steps=6, review_every=1)
            while not summaries_sent(b):
                standing = (await b.done(task)).standing
                assert standing.reason == PauseReason.REVIEW
                await b.engine.instruct(task, f"Note {standing.steps_done}")
                await b.engine.approve(task, standing.review)
            step = next(r.step for r in b.store.records[task] if isinstance(r, Intent) and r.sums_up)
            standing = (await b.done(task)).standing
            assert f"Note {step - 1}" in steps_sent(b)[-1].messages[-1].content
            assert f"Note {step - 1}" not in str(summaries_sent(b)[0].messages)
            made = len(summaries_sent(b))
            await b.engine.reject(task, standing.review, "No")
            await b.done(task)
            assert len(summaries_sent(b)) == made
            assert history_of(b.store.records[task]).summary is not None
            assert agrees(b, task)

    run(body())


def test_a_summary_that_the_budget_does_not_pay_pauses_the_task() -> None:
    """It is admitted as a step is, and nothing of it leaves."""

    async def body() -> None:
        async with bench(provider=small()) as b:
            rich = await long(b, max_steps=8)
            await b.done(rich)
            records = b.store.records[rich]
            place, intent = next((n, r) for n, r in enumerate(records) if isinstance(r, Intent) and r.sums_up)
            needed = intent.held + sum(r.cost for r in records[:place] if isinstance(r, Outcome))
            poor = await long(b, max_steps=8, budget=needed - 1)
            stopped = await b.done(poor)
            assert (stopped.state, stopped.standing.reason) == (State.PAUSED, PauseReason.BUDGET)
            assert stopped.standing.steps_done == intent.step - 1
            assert not any(isinstance(r, Intent) and r.sums_up for r in b.store.records[poor])
            assert stopped.standing.needed == intent.held

    run(body())


def test_another_model_sums_up_and_the_task_stays_on_its_own() -> None:
    """The summary's attempts name it; the step's do not."""

    async def body() -> None:
        async with bench(provider=small()) as b:
            task = await long(b, max_steps=8, summary_model=Route(provider="scripted", model="cheap"))
            await b.done(task)
            models = {(bool(r.sums_up), r.model) for r in b.store.records[task] if isinstance(r, Intent)}
            assert models == {(True, "cheap"), (False, "scripted-model")}

    run(body())


@pytest.mark.parametrize("policy", list(ContextPolicy))
def test_what_cannot_fit_is_said_before_it_is_paid(policy: ContextPolicy) -> None:
    """A goal beyond the context, told by what the model made of an earlier prompt."""

    async def body() -> None:
        async with bench(provider=small()) as b:
            await b.done(await b.submit(max_steps=1))
            sent = len(b.provider.sent)
            task = await b.submit(goal="g" * 6_000, context_policy=policy)
            standing = (await b.done(task)).standing
            assert (standing.state, standing.reason) == (State.FAILED, ErrorCode.CONTEXT_OVERFLOW)
            assert (len(b.provider.sent), standing.spent) == (sent, 0)
            assert not any(isinstance(r, Outcome) for r in b.store.records[task])

    run(body())
