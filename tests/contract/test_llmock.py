"""The whole engine against a foreign server that breaks on purpose and then grades its clients.

llmock sees every attempt with its time: whether Retry-After was honoured, what was tried again and what should not
have been, and whether half an answer was taken for a whole one.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from llmock.scenarios import Behavior, Fail, StreamFault
from llmock.testing import LLMockServer
from llmock.verdict import Verdict, judge

from engine.cost.ledger import MemoryLedger
from engine.domain.clock import SystemClock, UlidIds
from engine.domain.errors import ErrorCode
from engine.domain.states import AT_REST, PauseReason, State
from engine.domain.task import RetryPolicy, TaskSnapshot, TaskSpec, TimeLimits
from engine.providers.directory import ConfiguredProviders
from engine.providers.openai import OpenAIConfig
from engine.recipes import recipe
from engine.results.port import NoResults
from engine.runtime.parts import EngineParts
from engine.runtime.supervisor import Supervisor
from engine.store.memory import MemoryStore
from tests.workbench import FixedPrices


@dataclass(frozen=True, slots=True)
class Steady:
    """Jitter that does not vary: waits of 0.2 s, 0.4 s, 0.8 s."""

    def random(self) -> float:
        """See `Random`."""
        return 0.1


@pytest.fixture
async def server() -> AsyncIterator[LLMockServer]:
    """A server that does as it is told; it has a thread of its own."""
    server = LLMockServer()
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


@asynccontextmanager
async def engine_for(server: LLMockServer) -> AsyncGenerator[Supervisor, None]:
    """Open a real engine whose only provider is the server."""
    clock = SystemClock()
    config = OpenAIConfig(name="llmock", base_url=server.base_url("openai"), key=lambda: "sk-test")
    parts = EngineParts(
        store=MemoryStore(),
        ledger=MemoryLedger(),
        prices=FixedPrices(),
        providers=ConfiguredProviders([config]),
        recipe=recipe,
        results=NoResults(),
        ids=UlidIds(clock, random.Random(1)),
        rng=Steady(),
        clock=clock,
    )
    engine = await Supervisor.open(parts)
    try:
        yield engine
    finally:
        await engine.close(grace_s=0.0)


async def run(server: LLMockServer, *, tasks: int = 1) -> list[TaskSnapshot]:
    """Run tasks of one step each until they are at rest."""
    specs = [
        TaskSpec(
            goal=f"Number {number}",
            provider="llmock",
            model="gpt-4o-mini",
            max_steps=1,
            max_output=50,
            retry=RetryPolicy(max_retries=4),
            limits=TimeLimits(silence=0.5),
        )
        for number in range(tasks)
    ]
    async with engine_for(server) as engine, asyncio.timeout(30):
        ids = await engine.submit(specs)
        while any(engine.snapshot(task).state not in AT_REST for task in ids):  # noqa: ASYNC110 - the snapshot is the interface
            await asyncio.sleep(0.02)
        return [engine.snapshot(task) for task in ids]


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
        [Fail(429, retry_after=0.3), StreamFault("truncate"), StreamFault("disconnect", after_chunks=3), Fail(500)],
    ],
    ids=["429", "503", "disconnect", "truncate", "stall", "all"],
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
