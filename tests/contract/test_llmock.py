"""The whole engine against a foreign server that breaks on purpose and then grades its clients.

llmock sees every attempt with its time: whether Retry-After was honoured, what was tried again and what should not
have been, and whether half an answer was taken for a whole one.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest
from llmock.scenarios import Behavior, Delay, Fail, Match, Reply, SlowFirstToken, StreamFault, ToolCall
from llmock.testing import LLMockServer
from llmock.verdict import Verdict, judge

from engine.domain.errors import ErrorCode
from engine.domain.states import PauseReason, State
from engine.domain.task import RetryPolicy, TaskSnapshot, TaskSpec, TimeLimits
from tests.real_stack import NAME, at_rest, engine_at


@pytest.fixture
async def server() -> AsyncIterator[LLMockServer]:
    """A server that does as it is told; it has a thread of its own."""
    server = LLMockServer()
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


async def run(server: LLMockServer, *, tasks: int = 1, model: str = "gpt-4o-mini") -> list[TaskSnapshot]:
    """Run tasks of one step each until they are at rest."""
    specs = [
        TaskSpec(
            goal=f"Number {number}",
            provider=NAME,
            model=model,
            max_steps=1,
            max_output=50,
            retry=RetryPolicy(max_retries=4),
            limits=TimeLimits(silence=0.5, first_token=2.0),
        )
        for number in range(tasks)
    ]
    async with engine_at(server.base_url("openai")) as engine:
        return await at_rest(engine, await engine.submit(specs))


def verdict_of(server: LLMockServer) -> Verdict:
    """Return the server's judgement."""
    return judge(server.state.journal.records())


@pytest.mark.parametrize(
    "behaviors",
    [
        [Fail(429, retry_after=0.6, times=2)],
        [Fail(503, times=3)],
        [StreamFault("disconnect", after_chunks=2)],
        [StreamFault("truncate", after_chunks=2)],
        [StreamFault("stall", after_chunks=3, stall_seconds=3.0)],
        [Fail(429, times=3)],
        [Fail(500, times=2)],
        [Fail(502), Fail(504)],
        [Fail(408)],
        [StreamFault("disconnect", after_chunks=0)],
        [StreamFault("truncate", after_chunks=0)],
        [Fail(429, retry_after=0.3), StreamFault("truncate"), StreamFault("disconnect", after_chunks=3), Fail(500)],
    ],
    ids=[
        *("429 with Retry-After", "503", "disconnect", "truncate", "stall"),
        *("429 without", "500", "502 and 504", "408", "disconnect at once", "truncate at once", "all"),
    ],
)
async def test_faults_that_pass_are_survived(server: LLMockServer, behaviors: list[Behavior]) -> None:
    """The task completes, and the server has nothing to complain of, not even a warning."""
    server.state.scenarios.add(*behaviors)
    (snapshot,) = await run(server)
    verdict = verdict_of(server)
    verdict.assert_ok(strict=True)
    assert snapshot.state is State.COMPLETED
    assert verdict.faults == sum(behavior.times or 0 for behavior in behaviors)
    assert snapshot.standing.attempts == verdict.attempts == verdict.faults + 1


async def test_a_reply_with_a_hole_is_asked_for_again(server: LLMockServer) -> None:
    """It is read to its end for the bill, which the server takes for a client that looked away; nothing else is."""
    server.state.scenarios.add(StreamFault("malformed", after_chunks=1))
    (snapshot,) = await run(server)
    verdict = verdict_of(server)
    verdict.assert_ok()
    assert {warning.code for warning in verdict.warnings} <= {"malformed_chunk_ignored"}
    assert snapshot.state is State.COMPLETED
    assert snapshot.standing.attempts == verdict.attempts == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, ErrorCode.BAD_REQUEST),
        (403, ErrorCode.FORBIDDEN),
        (404, ErrorCode.UNKNOWN_MODEL),
    ],
)
async def test_faults_that_do_not_pass_are_not_tried_again(server: LLMockServer, status: int, code: ErrorCode) -> None:
    """One attempt, nothing spent, and the code that says what to do."""
    server.state.scenarios.add(Fail(status, times=5))
    (snapshot,) = await run(server)
    verdict_of(server).assert_ok(strict=True)
    assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, code)
    assert (snapshot.standing.attempts, snapshot.standing.spent) == (1, 0)


@pytest.mark.parametrize("slow", [Delay(1.0), SlowFirstToken(1.0)], ids=["delay", "slow first token"])
async def test_what_is_slow_within_its_limits_is_waited_for(server: LLMockServer, slow: Behavior) -> None:
    """One attempt."""
    server.state.scenarios.add(slow)
    (snapshot,) = await run(server)
    verdict_of(server).assert_ok(strict=True)
    assert (snapshot.state, snapshot.standing.attempts) == (State.COMPLETED, 1)


@pytest.mark.parametrize("slow", [Delay(4.0), SlowFirstToken(4.0)], ids=["delay", "slow first token"])
async def test_a_first_token_that_comes_too_late_is_not_waited_for(server: LLMockServer, slow: Behavior) -> None:
    """The attempt is cut and made again; what it may have cost is counted."""
    server.state.scenarios.add(slow)
    (snapshot,) = await run(server)
    verdict_of(server).assert_ok()
    assert (snapshot.state, snapshot.standing.attempts) == (State.COMPLETED, 2)
    assert snapshot.standing.assumed > 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Reply(text=""), ErrorCode.EMPTY_REPLY),
        (Reply(text="no", finish_reason="content_filter"), ErrorCode.CONTENT_FILTERED),
        (Reply(tool_calls=(ToolCall(name="search"),)), ErrorCode.TOOL_CALLS),
    ],
    ids=["empty", "filtered", "tools"],
)
async def test_a_reply_that_is_no_answer_is_none(server: LLMockServer, said: Reply, code: ErrorCode) -> None:
    """It is paid at its bill and is told as what it is."""
    server.state.scenarios.add(dataclasses.replace(said, times=None))
    (snapshot,) = await run(server)
    verdict_of(server).assert_ok()
    assert (snapshot.state, snapshot.standing.reason) == (State.FAILED, code)
    assert (snapshot.standing.spent, snapshot.standing.assumed) == (snapshot.standing.spent, 0)


async def test_a_reply_that_was_cut_short_by_its_length_counts(server: LLMockServer) -> None:
    """Its text is the answer."""
    server.state.scenarios.add(Reply(text="Half a th", finish_reason="length"))
    (snapshot,) = await run(server)
    verdict_of(server).assert_ok(strict=True)
    assert (snapshot.state, snapshot.standing.attempts) == (State.COMPLETED, 1)


async def test_faults_of_one_model_leave_another_alone(server: LLMockServer) -> None:
    """A behaviour for one model is met by its tasks only."""
    server.state.scenarios.add(Fail(503, times=2, match=Match(model="gpt-4o-mini")))
    (other,) = await run(server, model="gpt-4o")
    (met,) = await run(server)
    verdict_of(server).assert_ok(strict=True)
    assert (other.standing.attempts, met.standing.attempts) == (1, 3)


async def test_a_refused_key_pauses_the_task(server: LLMockServer) -> None:
    """One attempt, nothing spent, and the code that says what to do."""
    server.state.scenarios.add(Fail(401, times=5))
    (snapshot,) = await run(server)
    verdict_of(server).assert_ok(strict=True)
    standing = snapshot.standing
    assert (standing.state, standing.reason) == (State.PAUSED, PauseReason.PROVIDER)
    assert (standing.detail, standing.attempts, standing.spent) == (ErrorCode.WRONG_KEY, 1, 0)


async def test_many_tasks_in_a_storm(server: LLMockServer) -> None:
    """Twenty tasks through a row of mixed faults all complete, each fault costing one attempt."""
    storm: list[Behavior] = [
        Fail(429, retry_after=0.3, times=8),
        Fail(503, times=6),
        StreamFault("disconnect", after_chunks=2, times=6),
        StreamFault("truncate", after_chunks=1, times=6),
    ]
    server.state.scenarios.add(*storm)
    snapshots = await run(server, tasks=20)
    verdict = verdict_of(server)
    verdict.assert_ok()
    assert {snapshot.state for snapshot in snapshots} == {State.COMPLETED}
    assert sum(snapshot.standing.attempts for snapshot in snapshots) == verdict.attempts
