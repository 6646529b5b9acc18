"""Tasks before a provider: the whole engine on virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec
import pytest

from engine.domain.errors import ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import PauseReason, Phase, State
from engine.providers.port import Capabilities
from engine.providers.scripted import Playbook, Script, ScriptedProvider, Sent, Wait, failure, in_turn, reply
from tests.virtual_time import run
from tests.workbench import Bench, bench, spec

DOWN = failure(ErrorCode.SERVER_ERROR)
SLOW = reply("done", pause_s=0.25)


def unless(away: asyncio.Event, otherwise: Script) -> Playbook:
    """Answer well but while `away` is set."""
    return lambda _sent: otherwise if away.is_set() else SLOW


async def ten(b: Bench, **fields: object) -> tuple[TaskId, ...]:
    """Create ten tasks of one step."""
    return await b.engine.submit([spec(max_steps=1, **fields) for _ in range(10)])


@asynccontextmanager
async def ten_of_one_that_is_away(how: Script) -> AsyncGenerator[tuple[Bench, tuple[TaskId, ...], asyncio.Event]]:
    """Open an engine with ten tasks, whose provider answers in another way until the event is cleared."""
    away = asyncio.Event()
    away.set()
    async with bench(unless(away, how)) as b:
        yield b, await ten(b), away


def test_no_more_at_once_than_the_provider_takes() -> None:
    """Two at a time of five, and who is cancelled while waiting leaves no hole."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(SLOW), capabilities=Capabilities(concurrency=2))
        async with bench(provider=provider) as b:
            tasks = await b.engine.submit([spec(max_steps=1) for _ in range(5)])
            await asyncio.sleep(0.5)
            assert b.engine.snapshot(tasks[3]).phase is Phase.WAITING_SLOT
            assert b.engine.snapshot(tasks[3]).active_s == 0.0
            b.engine.cancel([tasks[3]])
            for task in tasks:
                await b.until(task)
            assert provider.most_open == 2
            assert b.engine.snapshot(tasks[3]).state is State.CANCELLED
            assert len(provider.sent) == 4

    run(main())


def test_thousands_of_tasks_do_not_come_at_once() -> None:
    """A new provider is asked by few at first, and by more the more it takes."""

    async def main() -> None:
        async with bench(in_turn(SLOW), running_limit=2_000) as b:
            await b.engine.submit([spec(max_steps=1) for _ in range(2_000)])
            await asyncio.sleep(0.2)
            assert b.provider.most_open == 4
            await asyncio.sleep(10.0)
            assert b.provider.most_open > 500

    run(main())


def test_batches_take_turns() -> None:
    """A task of its own is not behind all of a batch."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(SLOW), capabilities=Capabilities(concurrency=1))
        async with bench(provider=provider, running_limit=200) as b:
            await b.engine.submit([spec(max_steps=1, batch="big") for _ in range(100)])
            alone = await b.submit(max_steps=2)
            await b.until(alone)
            assert len(provider.sent) <= 8

    run(main())


@pytest.mark.parametrize(
    "what", [Capabilities(requests_per_minute=6), Capabilities(tokens_per_minute=6 * 40)], ids=("requests", "tokens")
)
def test_a_limit_a_minute_holds_for_any_minute(what: Capabilities) -> None:
    """By the server's own clock; who waits says for what and until when, and that is no active time."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(reply("x" * 30)), capabilities=what)
        async with bench(provider=provider) as b:
            tasks = [*await ten(b, max_output=30), *await ten(b, max_output=30)]
            await asyncio.sleep(10.0)
            waiting = b.engine.snapshot(tasks[-1])
            assert waiting.phase is Phase.WAITING_RATE_LIMIT
            assert waiting.phase_until is not None
            for task in tasks:
                assert (await b.until(task)).standing.active_s < 1.0
            times = [sent.at for sent in provider.sent]
            assert max(sum(at <= other < at + 60.0 for other in times) for at in times) <= 6

    run(main())


def test_who_asks_for_less_goes_when_the_one_before_it_leaves_the_line() -> None:
    """Not when that one could have gone."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(SLOW), capabilities=Capabilities(tokens_per_minute=1_000))
        async with bench(provider=provider) as b:
            await b.until(await b.submit(max_steps=1, max_output=10))
            large = await b.submit(max_steps=1, max_output=5_000)
            small = await b.submit(max_steps=1, max_output=10)
            await asyncio.sleep(5.0)
            assert b.engine.snapshot(small).phase is Phase.WAITING_RATE_LIMIT
            b.engine.pause([large])
            await asyncio.sleep(3.0)
            assert b.engine.snapshot(small).state is State.COMPLETED

    run(main())


def test_a_provider_that_is_away_is_tried_by_one_and_all_go_on_when_it_answers() -> None:
    """No retries are used up, nothing fails, the wait is told, and tries come less and less often."""

    async def main() -> None:
        async with ten_of_one_that_is_away(DOWN) as (b, tasks, away):
            await asyncio.sleep(600.0)
            tries = [sent.at for sent in b.provider.sent]
            assert 8 <= len(tries) <= 20
            assert b.engine.totals().providers[0].away == "server_error"
            assert b.engine.totals().providers[0].waiting >= 9
            snapshots = [b.engine.snapshot(task) for task in tasks]
            assert {snapshot.phase for snapshot in snapshots} <= {Phase.WAITING_PROVIDER, Phase.RETRYING}
            assert sum(snapshot.standing.active_s for snapshot in snapshots) < 1.0
            away.clear()
            for task in tasks:
                assert (await b.until(task)).state is State.COMPLETED
            later = [sent.at for sent in b.provider.sent[len(tries) :]]
            assert later[1] - later[0] > 0.2  # one first, then more
            assert b.engine.totals().providers[0].away == ""

    run(main())


def test_an_impatient_person_has_it_tried_now() -> None:
    """And who is paused or cancelled while waiting goes at once."""

    async def main() -> None:
        async with ten_of_one_that_is_away(DOWN) as (b, tasks, away):
            await asyncio.sleep(300.0)
            away.clear()
            b.engine.pause(tasks[:3])
            b.engine.cancel(tasks[3:5])
            await asyncio.sleep(0.01)
            assert Counter(b.engine.snapshot(task).state for task in tasks[:5]) == {
                State.PAUSED: 3,
                State.CANCELLED: 2,
            }
            next_try = b.engine.totals().providers[0].next_try_s
            assert next_try is not None
            assert next_try > 5.0
            b.engine.try_now("scripted")
            await asyncio.sleep(3.0)
            assert b.engine.snapshot(tasks[9]).state is State.COMPLETED

    run(main())


def test_a_try_that_falls_to_a_task_paused_in_that_moment_goes_to_the_next() -> None:
    """Nobody would ever find out else."""

    async def main() -> None:
        async with ten_of_one_that_is_away(DOWN) as (b, tasks, away):
            await asyncio.sleep(300.0)
            away.clear()
            b.engine.pause(tasks[:9])
            b.engine.try_now("scripted")  # before those nine have left the line
            await asyncio.sleep(3.0)
            assert b.engine.snapshot(tasks[9]).state is State.COMPLETED

    run(main())


def trying(b: Bench) -> list[TaskId]:
    """Return the tasks whose request was sent and has no answer yet."""
    return [each.id for each in b.engine.snapshots() if each.phase is Phase.CONNECTING]


def test_a_try_that_is_paused_lets_another_task_find_out() -> None:
    """It does not hang behind the one that was to tell."""

    async def main() -> None:
        async with ten_of_one_that_is_away((Wait(1e6),)) as (b, tasks, away):
            async with asyncio.timeout(1000.0):
                while not (any(each.away for each in b.engine.totals().providers) and trying(b)):  # noqa: ASYNC110 - virtual time
                    await asyncio.sleep(1.0)
            (one,) = trying(b)
            b.engine.pause([one], now=True)
            away.clear()
            for task in tasks:
                state = State.PAUSED if task == one else State.COMPLETED
                async with asyncio.timeout(30.0):
                    await b.until(task, state)

    run(main())


def keyed(good: set[str]) -> Playbook:
    """Refuse the key while it is not good."""
    return lambda _sent: SLOW if good else failure(ErrorCode.WRONG_KEY, retryable=False)


def test_a_refused_key_pauses_every_task_of_its_provider_at_once() -> None:
    """Those that run, wait in line, wait to retry, or wait for a place; nothing more leaves; nothing is spent."""

    async def main() -> None:
        async with bench(keyed(set()), running_limit=6) as b:
            tasks = await ten(b)
            await asyncio.sleep(0.1)
            for task in tasks:
                standing = b.engine.snapshot(task).standing
                assert (standing.state, standing.reason) == (State.PAUSED, PauseReason.PROVIDER)
                assert standing.detail == ErrorCode.WRONG_KEY
                assert standing.spent == 0
            assert len(b.provider.sent) == 1
            (refusal,) = b.engine.totals().refusals
            assert (refusal.provider, refusal.code, refusal.tasks) == ("scripted", ErrorCode.WRONG_KEY, 10)
            late = await b.submit()
            assert (await b.done(late)).standing.detail == ErrorCode.WRONG_KEY
            assert len(b.provider.sent) == 1

    run(main())


def test_a_new_key_offers_what_was_stopped() -> None:
    """Nothing goes on by itself; a yes resumes all; one request finds out first."""

    async def main() -> None:
        good = set[str]()
        async with bench(keyed(good)) as b:
            tasks = await ten(b)
            await asyncio.sleep(0.1)
            assert b.engine.totals().offered == {}
            good.add("new")
            b.engine.key_changed("scripted")
            await asyncio.sleep(5.0)
            assert b.engine.totals().refusals == ()
            assert b.engine.totals().offered == {ErrorCode.WRONG_KEY: 10}
            before = len(b.provider.sent)
            assert len(b.engine.resume_offered()) == 10
            await asyncio.sleep(0.1)
            assert len(b.provider.sent) == before + 1
            for task in tasks:
                assert (await b.until(task)).state is State.COMPLETED

    run(main())


def test_a_refused_key_is_remembered_over_a_restart_and_a_resume_asks_once() -> None:
    """One request, not one a task."""

    async def main() -> None:
        async with bench(keyed(set())) as b:
            tasks = await ten(b)
            await asyncio.sleep(0.1)
            await b.crash()
            assert b.engine.totals().refusals[0].tasks == 10
            assert b.engine.totals().offered == {}
            before = len(b.provider.sent)
            b.engine.resume(list(tasks))
            await asyncio.sleep(0.1)
            assert len(b.provider.sent) == before + 1
            assert b.engine.totals().refusals[0].tasks == 10

    run(main())


def test_a_used_up_quota_is_no_rate_limit() -> None:
    """It pauses like a refused key and is not tried again."""

    async def main() -> None:
        async with bench(in_turn(failure(ErrorCode.NO_CREDIT, retryable=False))) as b:
            task = await b.submit()
            standing = (await b.done(task)).standing
            assert (standing.reason, standing.detail) == (PauseReason.PROVIDER, ErrorCode.NO_CREDIT)
            assert len(b.provider.sent) == 1

    run(main())


def test_a_stream_in_flight_finishes_when_the_key_is_refused() -> None:
    """It is being paid; then its task stops."""

    async def main() -> None:
        def play(sent: Sent) -> Script:
            return reply("paid", pause_s=1.0) if sent.number == 0 else failure(ErrorCode.WRONG_KEY, retryable=False)

        async with bench(play) as b:
            first = await b.submit(max_steps=2)
            await asyncio.sleep(0.5)
            await b.submit()
            snapshot = await b.done(first)
            assert (snapshot.state, snapshot.standing.steps_done) == (State.PAUSED, 1)
            assert len(b.provider.sent) == 2

    run(main())


def test_a_change_of_the_settings_holds_from_the_next_request_on() -> None:
    """More at once, where the person allows more."""

    async def main() -> None:
        provider = ScriptedProvider(playbook=in_turn(SLOW), capabilities=Capabilities(concurrency=1))
        async with bench(provider=provider) as b:
            await ten(b)
            await asyncio.sleep(1.5)
            assert provider.most_open == 1
            provider.capabilities = Capabilities(concurrency=3)
            await b.engine.submit([msgspec.structs.replace(spec(), max_steps=1)])
            await asyncio.sleep(1.5)
            assert provider.most_open == 3

    run(main())
