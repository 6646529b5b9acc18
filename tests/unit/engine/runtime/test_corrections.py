"""What attempts count for is corrected: by a person, by the provider; in the journal, the standing, every account."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from engine.cost.port import Balance, Level, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.money import MOST_A_CALL
from engine.domain.states import PauseReason, State
from engine.domain.step import AttemptRecord, AttemptStatus, Origin
from engine.face import UnknownAttempt
from engine.providers.port import Capabilities, Delta, Opened
from engine.providers.scripted import Script, ScriptedProvider, Wait, in_turn, reply
from engine.store.memory import MemoryStore
from tests.virtual_time import run
from tests.workbench import CENT, Bench, bench

DAY, MONTH, EVERYTHING = (
    Scope(Level.DAY, "2026-11-24"),
    Scope(Level.MONTH, "2026-11"),
    Scope(Level.EVERYTHING, ""),
)
KNOWS = Capabilities(tells_cost=True, knows_our_ids=True)
SLOW: Script = (Opened("req-1"), Delta("Half", 1), Wait(1000.0))


async def attempts(b: Bench, task: TaskId) -> list[AttemptRecord]:
    """Return all attempts of a task."""
    return [attempt for step in await b.engine.steps(task) for attempt in step.attempts]


async def cut(b: Bench, *, steps: int = 3, batch: str = "") -> tuple[TaskId, AttemptRecord]:
    """Return a task whose only attempt was cut in mid-stream, and that attempt."""
    task = await b.submit(max_steps=steps, batch=batch)
    await asyncio.sleep(1)
    b.engine.pause([task], now=True)
    await b.done(task)
    (attempt,) = await attempts(b, task)
    return task, attempt


async def lost(b: Bench, *, steps: int = 3) -> tuple[TaskId, UnknownAttempt]:
    """Return a task whose program died in mid-stream, opened again, and what is unknown of it."""
    task = await b.submit(max_steps=steps)
    await asyncio.sleep(1)
    await b.crash()
    (unknown,) = await b.engine.unknown()
    return task, unknown


def spent(b: Bench, *scopes: Scope) -> list[int]:
    """Return what accounts have spent."""
    return [b.engine.balance(scope).spent for scope in scopes]


async def refused(b: Bench, task: TaskId, attempt: AttemptId, amount: int) -> ErrorCode:
    """Return why a correction is refused."""
    with pytest.raises(DroverError) as caught:
        await b.engine.correct(task, attempt, amount)
    return caught.value.code


@pytest.mark.parametrize("amount", [0, 7, CENT, MOST_A_CALL])
def test_a_correction_counts_at_all_five_levels_and_after_reopening(amount: int) -> None:
    """The attempt's task, batch, day, month and everything, in memory and from the store."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task, attempt = await cut(b, batch="b")
            scopes = (Scope(Level.TASK, task), Scope(Level.BATCH, "b"), DAY, MONTH, EVERYTHING)
            assert spent(b, *scopes) == [attempt.cost] * 5 and attempt.cost not in {0, amount}
            await b.engine.correct(task, attempt.intent.attempt, amount)
            assert spent(b, *scopes) == [amount] * 5
            standing = b.engine.snapshot(task).standing
            assert (standing.spent, standing.assumed) == (amount, 0)
            (corrected,) = await attempts(b, task)
            assert corrected.cost == amount and not corrected.assumed
            assert corrected.correction is not None
            assert (corrected.correction.before, corrected.correction.by) == (attempt.cost, Origin.PERSON)
            await b.engine.close()
            await b.reopen()
            assert spent(b, *scopes) == [amount] * 5
            assert b.engine.snapshot(task).standing.spent == amount

    run(main())


def test_a_correction_begins_from_the_one_before() -> None:
    """Down, up and down again, two of them at once: the last one counts, and nothing twice."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task, attempt = await cut(b)
            id_ = attempt.intent.attempt
            await b.engine.correct(task, id_, 5)
            await asyncio.gather(b.engine.correct(task, id_, 900), b.engine.correct(task, id_, 30))
            assert spent(b, Scope(Level.TASK, task), EVERYTHING) == [30, 30]
            assert [entry.kind for entry in await b.engine.log(task)].count("correction") == 3

    run(main())


def test_a_caller_that_gives_up_leaves_no_half_of_a_correction() -> None:
    """Cancelled as soon as it was called for: record, standing and ledger still agree, and the next one with them."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task, attempt = await cut(b)
            correcting = asyncio.ensure_future(b.engine.correct(task, attempt.intent.attempt, 5))
            while not any(entry.kind == "correction" for entry in await b.engine.log(task)):  # noqa: ASYNC110
                await asyncio.sleep(0)
            correcting.cancel()
            await b.engine.correct(task, attempt.intent.attempt, 8)
            assert spent(b, Scope(Level.TASK, task), EVERYTHING) == [8, 8]
            assert b.engine.snapshot(task).standing.spent == 8

    run(main())


def test_what_cannot_be_corrected_is_refused_with_a_code() -> None:
    """A negative or absurd amount, an attempt of nobody or in flight, a task that is gone."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task, attempt = await cut(b)
            id_ = attempt.intent.attempt
            assert await refused(b, task, id_, -1) is ErrorCode.AMOUNT_OUT_OF_RANGE
            assert await refused(b, task, id_, MOST_A_CALL + 1) is ErrorCode.AMOUNT_OUT_OF_RANGE
            assert await refused(b, task, AttemptId("nobody"), 1) is ErrorCode.UNKNOWN_ATTEMPT
            assert await refused(b, TaskId("nobody"), id_, 1) is ErrorCode.UNKNOWN_TASK
            b.engine.resume([task])
            await asyncio.sleep(1)
            assert await refused(b, task, (await attempts(b, task))[-1].intent.attempt, 1) is ErrorCode.ATTEMPT_OPEN
            await b.engine.correct(task, id_, 1)
            assert b.engine.snapshot(task).standing.spent == 1

    run(main())


def test_an_attempt_of_yesterday_counts_for_yesterday() -> None:
    """Today's account does not move; yesterday's and the month's do, also where they were never opened before."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task, attempt = await cut(b)
            await asyncio.sleep(86_400)
            await b.engine.close()
            await b.reopen()
            today = b.engine.totals().day
            assert today == "2026-11-25"
            await b.engine.correct(task, attempt.intent.attempt, 11)
            assert spent(b, DAY, Scope(Level.DAY, today), MONTH, EVERYTHING) == [11, 0, 11, 11]

    run(main())


def test_a_correction_may_pass_a_limit_and_one_downwards_makes_room() -> None:
    """Above the day's limit nothing leaves any more; with the truth known to be less, it does."""

    async def main() -> None:
        async with bench(in_turn(SLOW, reply("done")), limits={Level.DAY: CENT}) as b:
            task, attempt = await cut(b, steps=1)
            await b.engine.correct(task, attempt.intent.attempt, 2 * CENT)
            assert b.engine.balance(DAY) == Balance(spent=2 * CENT, limit=CENT)
            b.engine.resume([task])
            assert (await b.done(task)).standing.reason == PauseReason.BUDGET
            await b.engine.correct(task, attempt.intent.attempt, 0)
            b.engine.resume([task])
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_an_unknown_attempt_is_found_with_its_amount_until_somebody_decides() -> None:
    """Counted over all tasks and in the snapshot; counting it as spent confirms it."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task, unknown = await lost(b)
            (attempt,) = await attempts(b, task)
            assert attempt.status is AttemptStatus.UNKNOWN
            assert (unknown.task, unknown.step, unknown.attempt) == (task, 1, attempt.intent.attempt)
            assert (unknown.amount, unknown.since_ms) == (attempt.intent.held, attempt.intent.at_ms)
            assert not unknown.can_ask
            totals = b.engine.totals()
            assert (totals.unknown, totals.unknown_amount) == (1, attempt.intent.held)
            assert totals.needs_you == {"unknown": 1}
            assert b.engine.snapshot(task).standing.unknown == 1
            await b.engine.correct(task, unknown.attempt, unknown.amount)
            standing = b.engine.snapshot(task).standing
            assert (standing.spent, standing.assumed, standing.unknown) == (unknown.amount, 0, 0)
            assert (b.engine.totals().unknown, b.engine.totals().unknown_amount) == (0, 0)
            assert b.engine.totals().needs_you == {}
            assert await b.engine.unknown() == ()

    run(main())


def test_going_on_is_a_decision_and_deleting_takes_it_out_of_sight() -> None:
    """Resuming tries again: the attempt stays counted, and nothing is asked about it any more."""

    async def main() -> None:
        async with bench(in_turn(SLOW, reply("done"))) as b:
            first, unknown = await lost(b, steps=1)
            second = await b.submit(max_steps=1)
            await b.engine.close(grace_s=0.0)
            await b.reopen()
            b.engine.resume([first])
            await b.done(first)
            standing = b.engine.snapshot(first).standing
            assert standing.unknown == 0 and standing.assumed >= unknown.amount
            assert await b.engine.unknown() == ()
            await b.engine.delete([first, second])
            assert b.engine.totals().unknown == 0
            assert b.engine.totals().spent_total >= unknown.amount

    run(main())


def test_the_provider_s_word_is_a_correction_of_its_own() -> None:
    """By the provider's id where it is known, else by ours; what it does not know changes nothing."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(SLOW), capabilities=Capabilities(tells_cost=True))
        async with bench(provider=provider) as b:
            task, attempt = await cut(b)
            assert await b.engine.ask_provider(task, attempt.intent.attempt) is None
            assert (await attempts(b, task))[0].correction is None
            provider.billed = {"req-1": 40}
            assert await b.engine.ask_provider(task, attempt.intent.attempt) == 40
            (asked,) = await attempts(b, task)
            assert asked.correction is not None and asked.correction.by is Origin.PROVIDER
            assert spent(b, Scope(Level.TASK, task), EVERYTHING) == [40, 40]

    run(main())


def test_an_unknown_attempt_is_asked_for_by_our_own_id() -> None:
    """Nobody kept the provider's: the program ended before the reply did."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(SLOW), capabilities=KNOWS)
        async with bench(provider=provider) as b:
            task, unknown = await lost(b)
            assert unknown.can_ask
            provider.billed = {unknown.attempt: 3}
            assert await b.engine.ask_provider(task, unknown.attempt) == 3
            assert b.engine.snapshot(task).standing.unknown == 0

    run(main())


def test_a_provider_that_knows_only_its_own_ids_is_not_offered_for_what_it_never_named() -> None:
    """Its id came with the reply that nobody lived to see; what was cut after it came can be asked about."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(SLOW), capabilities=Capabilities(tells_cost=True))
        async with bench(provider=provider) as b:
            _, unknown = await lost(b)
            assert not unknown.can_ask

    run(main())
    for capabilities, named, nameless in ((Capabilities(tells_cost=True), True, False), (KNOWS, True, True)):
        assert (capabilities.can_tell("req-1"), capabilities.can_tell("")) == (named, nameless)
    assert not Capabilities(knows_our_ids=True).can_tell("req-1")


def test_a_correction_that_cannot_be_saved_waits_and_counts_when_it_is() -> None:
    """It raises, nothing shows; another one is refused meanwhile; after mending, record and ledger have it."""

    async def main() -> None:
        async with bench(in_turn(SLOW)) as b:
            task, attempt = await cut(b)
            id_ = attempt.intent.attempt
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            assert await refused(b, task, id_, 5) is ErrorCode.DISK_FULL
            assert await refused(b, task, id_, 6) is ErrorCode.DISK_FULL
            assert spent(b, Scope(Level.TASK, task), EVERYTHING) == [attempt.cost] * 2
            assert b.engine.snapshot(task).standing.spent == attempt.cost
            b.store.failing = None
            await b.engine.mend()
            assert spent(b, Scope(Level.TASK, task), EVERYTHING) == [5, 5]
            assert b.engine.snapshot(task).standing.spent == 5
            assert [each.cost for each in await attempts(b, task)] == [5]

    run(main())


def test_what_is_at_risk_is_shown_while_it_is() -> None:
    """Holds in flight, live: the sum of the calls that stream, and nothing after."""

    async def main() -> None:
        async with bench(in_turn(reply("x", pause_s=10.0))) as b:
            tasks: Sequence[TaskId] = [await b.submit(max_steps=1) for _ in range(3)]
            await asyncio.sleep(1)
            held = [b.engine.snapshot(task).held for task in tasks]
            assert b.engine.totals().held == sum(held) and all(held)
            await asyncio.sleep(100)
            assert b.engine.totals().held == 0

    run(main())


def test_the_store_that_outlives_the_engine_is_the_same_for_both() -> None:
    """A second engine on the same records sees the first one's correction."""

    async def main() -> None:
        store = MemoryStore()
        async with bench(in_turn(SLOW), store=store) as b:
            task, attempt = await cut(b)
            await b.engine.correct(task, attempt.intent.attempt, 9)
        async with bench(in_turn(SLOW), store=store) as b:
            assert spent(b, Scope(Level.TASK, task), EVERYTHING) == [9, 9]

    run(main())
