"""Many tasks: limits, order, independence, recovery, deletion, watching."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError
from engine.domain.ids import TaskId
from engine.domain.progress import ProgressReport
from engine.domain.states import PauseReason, Phase, State
from engine.domain.step import AttemptStatus
from engine.providers.port import Delta, Opened
from engine.providers.scripted import Script, ScriptedProvider, Sent, Wait, failure, in_turn, reply
from engine.store.memory import MemoryStore
from tests.virtual_time import run
from tests.workbench import CENT, bench, spec


def test_no_more_run_than_the_limit_and_raising_it_starts_more() -> None:
    """Two of five stream; with the limit at four, four do; the queue empties by itself."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=2) as b:
            for _ in range(5):
                await b.submit(max_steps=1)
            await asyncio.sleep(1)
            assert b.provider.open == 2
            b.engine.set_running_limit(4)
            await asyncio.sleep(1)
            assert b.provider.open == 4
            await asyncio.sleep(60)
            assert b.engine.totals().by_state[State.COMPLETED] == 5

    run(main())


def test_priority_then_order_then_start_by_hand() -> None:
    """With one place: the urgent task first, then the older, unless a person starts one by hand."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0)), running_limit=1) as b:
            first = await b.submit(max_steps=1, title="first")
            a, c = await b.submit(max_steps=1, title="a"), await b.submit(max_steps=1, title="c")
            urgent = await b.submit(max_steps=1, title="urgent", priority=5)
            assert b.engine.start([c]) == (c,)
            await asyncio.sleep(100)
            ended = sorted((first, a, c, urgent), key=lambda t: b.engine.snapshot(t).standing.ended_at_ms or 0)
            assert ended == [first, c, urgent, a]

    run(main())


def test_one_task_s_failure_touches_no_other() -> None:
    """A task that fails, even inside Drover, leaves the others to their end."""

    async def main() -> None:
        def playbook(sent: Sent) -> Script:
            if "poison" in sent.messages[-1].content:
                raise ZeroDivisionError
            return reply("fine")

        async with bench(playbook) as b:
            bad = await b.submit(max_steps=1, goal="poison")
            good = [await b.submit(max_steps=1) for _ in range(5)]
            snapshot = await b.done(bad)
            assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, ErrorCode.INTERNAL)
            for task in good:
                assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_bad_tasks_are_refused_all_or_none() -> None:
    """One bad spec of three: none is created, and the problems are named by field."""

    async def main() -> None:
        async with bench() as b:
            with pytest.raises(InvalidSpecError) as caught:
                await b.engine.submit([spec(), spec(goal=" ", max_steps=0, budget=-1), spec()])
            assert {(p.field, p.code) for p in caught.value.problems} == {
                ("goal", ErrorCode.GOAL_EMPTY),
                ("max_steps", ErrorCode.STEPS_OUT_OF_RANGE),
                ("budget", ErrorCode.BUDGET_NEGATIVE),
            }
            with pytest.raises(DroverError, match="unknown_provider"):
                await b.engine.submit([spec(provider="nowhere")])
            with pytest.raises(InvalidSpecError, match="price_unknown"):
                await b.engine.submit([spec(model="unpriced")])
            assert b.engine.snapshots() == ()

    run(main())


def test_reopening_after_a_clean_end() -> None:
    """Closing lets the step in flight finish; reopened, every task is where it was and nothing starts by itself."""

    async def main() -> None:
        store, provider = MemoryStore(), ScriptedProvider(playbook=in_turn(reply("x", pause_s=5.0)))
        async with bench(store=store, provider=provider, running_limit=1) as b:
            running, waiting = await b.submit(), await b.submit()
            await asyncio.sleep(1)
            await b.engine.close(grace_s=30.0)
            sent = len(provider.sent)
            engine = await b.reopen()
            assert engine.snapshot(running).standing.reason == PauseReason.INTERRUPTION
            assert engine.snapshot(running).standing.steps_done == 1
            assert engine.snapshot(waiting).state is State.PENDING
            assert engine.snapshot(waiting).phase is Phase.AWAITING_CONSENT
            assert engine.totals().interrupted == 2
            assert {s.id for s in engine.drain().added} == {running, waiting}
            await asyncio.sleep(1000)
            assert len(provider.sent) == sent
            assert set(engine.resume_interrupted()) == {running, waiting}
            for task in (running, waiting):
                snapshot = await b.done(task)
                assert (snapshot.state, snapshot.standing.detail) == (State.COMPLETED, "")
            assert engine.totals().interrupted == 0

    run(main())


async def _fall_over(reports: AsyncIterator[ProgressReport]) -> None:
    async for _ in reports:
        raise RuntimeError


async def _killed(store: MemoryStore, provider: ScriptedProvider) -> TaskId:
    """Leave a task as a kill -9 in the middle of its second step leaves it."""
    async with bench(
        in_turn(reply("one"), (Opened(""), Delta("half", 1), Wait(1e6))), store=store, provider=provider
    ) as b:
        task = await b.submit()
        await asyncio.sleep(5)
        kept = dict(store.tasks)
        records = {t: list(r) for t, r in store.records.items()}
    store.tasks, store.records = kept, records  # what was written after the moment of the kill never was
    return task


def test_after_a_kill_the_attempt_in_flight_is_unknown_and_counted() -> None:
    """Reopened: the first step stands, the second's attempt is UNKNOWN at its hold, and nobody pays again unasked."""

    async def main() -> None:
        store, provider = MemoryStore(), ScriptedProvider()
        task = await _killed(store, provider)
        async with bench(in_turn(reply("again")), store=store, provider=ScriptedProvider()) as b:
            snapshot = b.engine.snapshot(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.INTERRUPTION)
            first, second = await b.engine.steps(task)
            assert first.accepted is not None
            lost = second.attempts[0]
            assert lost.status is AttemptStatus.UNKNOWN
            assert lost.outcome is not None
            assert lost.outcome.cost == lost.intent.held > 0
            assert snapshot.standing.unknown == 1
            spent = b.engine.balance(Scope(Level.TASK, task)).spent
            assert spent == snapshot.standing.spent == first.cost + lost.intent.held
            assert b.engine.totals().spent_today == spent
            assert b.engine.resume_interrupted(consent=False) == ()
            assert b.engine.resume_interrupted() == (task,)
            snapshot = await b.done(task)
            assert snapshot.state is State.COMPLETED
            assert snapshot.standing.unknown == 0
            assert snapshot.standing.assumed == lost.intent.held

    run(main())


def test_a_wish_survives_a_crash() -> None:
    """Pause was asked for and the program died before it took effect: reopened, the task is paused by its person."""

    async def main() -> None:
        store, provider = MemoryStore(), ScriptedProvider(playbook=in_turn((Opened(""), Wait(1e6))))
        async with bench(store=store, provider=provider) as b:
            task = await b.submit()
            other = await b.submit()
            await asyncio.sleep(1)
            b.engine.pause([task])
            b.engine.cancel([other])
            kept = dict(store.tasks)
            records = {t: list(r) for t, r in store.records.items()}
        store.tasks, store.records = kept, records
        async with bench(store=store, provider=ScriptedProvider()) as b:
            assert b.engine.snapshot(task).standing.reason == PauseReason.USER
            assert b.engine.snapshot(other).state is State.CANCELLED

    run(main())


def test_a_failing_store_stops_paying() -> None:
    """When records are not taken any more, nothing is sent, tasks pause for storage, and go on when it is mended."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0))) as b:
            task = await b.submit(max_steps=3)
            await asyncio.sleep(1.5)
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            await asyncio.sleep(5)
            snapshot = b.engine.snapshot(task)
            assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.STORAGE)
            assert snapshot.standing.detail == ErrorCode.DISK_FULL
            sent = len(b.provider.sent)
            await asyncio.sleep(100)
            assert len(b.provider.sent) == sent
            b.store.failing = None
            assert await b.engine.mend() == (task,)
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_a_reply_that_could_not_be_saved_waits_in_memory_and_is_never_asked_for_again() -> None:
    """It is paid: its hold counts, its number is shown, `mend` saves it, and the next step follows it."""

    async def main() -> None:
        async with bench(in_turn(reply("one", pause_s=1.0), reply("two", pause_s=1.0))) as b:
            task = await b.submit(max_steps=2)
            await asyncio.sleep(0.5)
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            await asyncio.sleep(5)
            totals = b.engine.totals()
            assert (totals.unsaved, totals.trouble) == (1, ErrorCode.DISK_FULL)
            assert totals.held > 0 and not totals.spent_total
            assert b.engine.snapshot(task).standing.steps_done == 0
            with pytest.raises(DroverError):
                await b.engine.mend()
            b.store.failing = None
            await b.engine.mend()
            assert b.engine.totals().unsaved == 0 and not b.engine.totals().trouble
            assert (await b.done(task)).standing.steps_done == 2
            assert await b.store.replies(task) == ("one", "two")
            assert len(b.provider.sent) == 2 and b.engine.totals().held == 0

    run(main())


def test_a_request_whose_intent_could_not_be_saved_never_left_and_is_not_counted() -> None:
    """The journal says so, behind the intent that is saved after all."""

    async def main() -> None:
        async with bench() as b:
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            with pytest.raises(DroverError):
                await b.submit(max_steps=1)
            assert not b.engine.snapshots() and not b.provider.sent
            b.store.failing = None
            await b.engine.mend()
            (task,) = [each.id for each in b.engine.snapshots()]
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            assert (await b.until(task, State.PAUSED)).standing.reason == PauseReason.STORAGE
            assert not b.provider.sent and b.engine.totals().held == 0
            b.store.failing = None
            await b.engine.mend()
            assert (await b.done(task)).state is State.COMPLETED
            (step,) = await b.store.steps(task)
            assert [attempt.cost > 0 for attempt in step.attempts] == [False, True]

    run(main())


def test_no_task_starts_while_nothing_can_be_saved() -> None:
    """What waits keeps its place and goes on with the others."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=1.0)), running_limit=1) as b:
            first, second = await b.submit(max_steps=5, loop_after=0), await b.submit(max_steps=1)
            await asyncio.sleep(0.5)
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            await b.until(first, State.PAUSED)
            await asyncio.sleep(10)
            assert b.engine.snapshot(second).state is State.PENDING
            b.store.failing = None
            await b.engine.mend()
            assert (await b.done(second)).state is (await b.done(first)).state is State.COMPLETED

    run(main())


def test_delete_keeps_the_money() -> None:
    """A deleted task is gone from every view; what it spent stays in the day's account, also after reopening."""

    async def main() -> None:
        async with bench() as b:
            task = await b.submit(max_steps=1)
            await b.done(task)
            spent = b.engine.drain().totals.spent_today
            assert spent > 0
            assert await b.engine.delete([task]) == (task,)
            assert b.engine.drain().removed == (task,)
            with pytest.raises(DroverError, match="unknown_task"):
                b.engine.snapshot(task)
            assert b.engine.totals().spent_today == spent
            await b.engine.close()
            engine = await b.reopen()
            assert engine.snapshots() == ()
            assert engine.totals().spent_today == spent

    run(main())


def test_watching_ends_and_a_watcher_that_dawdles_or_raises_harms_nothing() -> None:
    """A watcher gets the newest states and its end; one that stops, or falls over, is nobody's trouble."""

    async def main() -> None:
        async with bench(in_turn(reply("abcd", pause_s=1.0))) as b:
            task = await b.submit()
            broken = b.engine.watch(task)
            await anext(broken)
            seen: list[float] = []

            async def dawdle() -> None:
                async for report in b.engine.watch(task):
                    seen.append(report.percent)
                    await asyncio.sleep(5.0)

            watching = asyncio.ensure_future(dawdle())
            with pytest.raises(RuntimeError):
                await _fall_over(b.engine.watch_all())
            assert (await b.done(task)).state is State.COMPLETED
            await watching
            assert seen[-1] == 100.0
            assert seen == sorted(seen)
            assert [r.state async for r in b.engine.watch(task)] == [State.COMPLETED]
            assert [r.task async for r in b.engine.watch_all()] == [task]

    run(main())


def test_live_text_of_the_focused_task_only() -> None:
    """The drain carries the focused task's text piece by piece; joined it is the reply, and no other task's."""

    async def main() -> None:
        async with bench(in_turn(reply("abcdefgh", pause_s=1.0), reply("other", pause_s=1.0))) as b:
            task = await b.submit(max_steps=1)
            await b.submit(max_steps=1)
            b.engine.focus(task)
            text = ""
            for _ in range(12):
                live = b.engine.drain().live
                if live is not None:
                    assert live.task == task
                    assert live.offset == len(text)
                    text += live.text
                await asyncio.sleep(0.3)
            assert "abcdefgh".startswith(text)
            assert len(text) >= 4

    run(main())


def test_statistics_over_accepted_attempts() -> None:
    """Throughput, time to first token and step time, of what was accepted."""

    async def main() -> None:
        async with bench(in_turn(failure(ErrorCode.SERVER_ERROR), reply("abcd", pause_s=1.0))) as b:
            await b.done(await b.submit(max_steps=2))
            figures = b.engine.statistics()
            assert figures.step_s.count == 2
            assert figures.first_token_s.p50 == pytest.approx(1.0, rel=0.01)
            assert figures.step_s.average == pytest.approx(4.0, rel=0.01)
            totals = b.engine.totals()
            assert (totals.attempts, totals.retries) == (3, 1)

    run(main())


def test_two_thousand_calls_never_pass_a_budget() -> None:
    """2,000 tasks at once under one day's limit: spent and held never pass it, at any moment."""

    async def main() -> None:
        limit = 2 * CENT
        playbook = in_turn(reply("x" * 50, pause_s=0.5))
        async with bench(playbook, running_limit=2000, limits={Level.DAY: limit}) as b:
            await b.engine.submit([spec(max_steps=1) for _ in range(2000)])
            for _ in range(200):
                totals = b.engine.totals()
                assert totals.spent_today + totals.held <= limit
                await asyncio.sleep(0.25)
            totals = b.engine.totals()
            assert totals.held == 0
            done, paused = totals.by_state[State.COMPLETED], totals.by_state[State.PAUSED]
            assert done + paused == 2000
            assert done > 0
            assert totals.needs_you == {"budget": paused}

    run(main())
