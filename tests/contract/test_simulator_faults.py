"""Each fault of the simulator over real sockets, against the whole engine.

What it is taken for, how often it is asked again, what counts as spent beside what was billed, what the person is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import pytest
from msgspec.structs import replace

import resources
from engine.domain.errors import ErrorCode
from engine.domain.states import PauseReason, State, TimeLevel
from engine.domain.step import AttemptRecord, Flag
from engine.domain.task import RetryPolicy, TaskSnapshot, TaskSpec, TimeLimits
from engine.simulator.config import MODELS, Fault, FaultKind, SimulatorConfig
from engine.simulator.server import Simulator
from tests.real_stack import NAME, at_rest, engine_at

Code = ErrorCode | TimeLevel
DONE = (State.COMPLETED, "max_steps", "")
PRICE = 10
"""Times that the engine's prices are the server's."""

LIMITS = TimeLimits(first_token=1.5, silence=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault and what must come of it."""

    fault: Fault
    errors: Sequence[Code]
    """Of the attempts before the one that is accepted, or of all where none is."""
    ends: tuple[State, str, str] = DONE
    """State, reason and detail; only where it begins is a provider's own words looked at."""
    free: bool = False
    """Whether what failed was certainly not billed."""
    flags: frozenset[Flag] = frozenset()
    """Of the accepted attempt."""
    limits: TimeLimits = LIMITS
    speed: float = 20.0


def once(kind: FaultKind, *errors: Code, after: int = 5, free: bool = False) -> Case:
    """Return a fault that passes: the next attempt is accepted."""
    return Case(fault=Fault(kind=kind, times=len(errors), after_tokens=after, retry_after=""), errors=errors, free=free)


def ends(kind: FaultKind, *errors: Code, state: State = State.FAILED, free: bool = False, wait: str = "") -> Case:
    """Return a fault that stays: the task stops for it."""
    reason = errors[-1] if state is not State.PAUSED else PauseReason.PROVIDER
    detail = ErrorCode.ASKS_TO_WAIT if wait else errors[-1]
    stop = (state, reason, detail if state is State.PAUSED else "")
    return Case(fault=Fault(kind=kind, retry_after=wait), errors=errors, ends=stop, free=free)


def taken(kind: FaultKind, *flags: Flag) -> Case:
    """Return a fault of a reply that counts all the same."""
    return Case(fault=Fault(kind=kind), errors=(), flags=frozenset(flags))


K, E, T = FaultKind, ErrorCode, TimeLevel
LATER = Case(fault=Fault(kind=K.RATE_LIMIT, times=2, retry_after="1"), errors=[E.RATE_LIMITED] * 2, free=True)
ENDLESS = Case(
    fault=Fault(kind=K.ENDLESS),
    errors=[T.STEP],
    ends=(State.TIMEOUT, T.STEP, ""),
    limits=TimeLimits(first_token=1.5, silence=1.0, step=2.0),
    speed=1.0,
)
CASES = {
    "429 with Retry-After": LATER,
    "429 without": once(K.RATE_LIMIT, E.RATE_LIMITED, E.RATE_LIMITED, E.RATE_LIMITED, free=True),
    "429 for hours": ends(K.RATE_LIMIT, E.RATE_LIMITED, state=State.PAUSED, free=True, wait="7200"),
    "500": once(K.SERVER_ERROR, E.SERVER_ERROR),
    "500 for ever": ends(K.SERVER_ERROR, *[E.SERVER_ERROR] * 3),
    "503": once(K.UNAVAILABLE, E.SERVER_ERROR, E.SERVER_ERROR),
    "401": ends(K.WRONG_KEY, E.WRONG_KEY, state=State.PAUSED, free=True),
    "402": ends(K.NO_CREDIT, E.NO_CREDIT, state=State.PAUSED, free=True),
    "context too long": ends(K.CONTEXT_OVERFLOW, E.CONTEXT_OVERFLOW, free=True),
    "redirect": ends(K.REDIRECT, E.REDIRECTED, free=True),
    "cut before the head": once(K.RESET, E.CUT),
    "cut before the text": once(K.CUT, E.CUT, after=0),
    "cut amid the text": once(K.CUT, E.CUT),
    "cut behind the text": once(K.CUT, E.CUT, after=1000),
    "ends before the text": once(K.TRUNCATE, E.TRUNCATED, after=0),
    "ends amid the text": once(K.TRUNCATE, E.TRUNCATED),
    "ends behind the text": once(K.TRUNCATE, E.TRUNCATED, after=1000),
    "silence before the head": once(K.NO_HEAD, T.FIRST_TOKEN),
    "silence before the text": once(K.STALL, T.FIRST_TOKEN, after=0),
    "silence amid the text": once(K.STALL, T.SILENCE),
    "silence behind the text": once(K.STALL, T.SILENCE, after=1000),
    "silence for ever": ends(K.STALL, *[T.SILENCE] * 3, state=State.TIMEOUT),
    "heartbeats before the text": once(K.HEARTBEAT, T.FIRST_TOKEN, after=0),
    "heartbeats amid the text": once(K.HEARTBEAT, T.SILENCE),
    "a stream without end": ENDLESS,
    "garbage before the text": once(K.GARBAGE, E.GARBAGE, after=0),
    "garbage amid the text": once(K.GARBAGE, E.GARBAGE),
    "garbage for ever": ends(K.GARBAGE, E.GARBAGE, E.GARBAGE),
    "not UTF-8": once(K.NOT_UTF8, E.TRUNCATED),
    "a web page": once(K.HTML, E.GARBAGE),
    "a line without end": ends(K.ENDLESS_LINE, E.TOO_LARGE),
    "gzip": ends(K.GZIP, E.ENCODED_BODY),
    "nothing said": ends(K.EMPTY, *[E.EMPTY_REPLY] * 3),
    "filtered": ends(K.CONTENT_FILTER, E.CONTENT_FILTERED),
    "tools are called": ends(K.TOOL_CALLS, E.TOOL_CALLS),
    "null content": taken(K.NULL_CONTENT),
    "length": taken(K.LENGTH, Flag.SHORTENED),
    "no usage": taken(K.NO_USAGE, Flag.ASSUMED),
    "absurd usage": taken(K.ABSURD_USAGE, Flag.ABSURD_USAGE, Flag.ASSUMED),
}


def flock(count: int, retry: RetryPolicy, steps: int = 1) -> list[TaskSpec]:
    """Return so many tasks."""
    fixed = TaskSpec(goal="", provider=NAME, model=MODELS[0].id, max_steps=steps, max_output=400, loop_after=0)
    return [replace(fixed, goal=f"Name sheep {number}", retry=retry) for number in range(count)]


async def play(case: Case) -> tuple[TaskSnapshot, list[AttemptRecord], Simulator]:
    """Run a task of one step into a fault; return how it stands, its attempts, and the server."""
    spec = TaskSpec(
        goal="Name a sheep",
        provider=NAME,
        model=MODELS[0].id,
        max_steps=1,
        max_output=400,
        limits=case.limits,
        retry=RetryPolicy(max_retries=2),
    )
    config = SimulatorConfig(seed=5, speed=case.speed, faults=(case.fault,))
    async with Simulator(config) as simulator, engine_at(simulator.base_url) as engine:
        (snapshot,) = await at_rest(engine, await engine.submit([spec]))
        steps = await engine.steps(snapshot.id)
        return snapshot, [attempt for step in steps for attempt in step.attempts], simulator


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_a_fault_is_taken_for_what_it_is(case: Case) -> None:
    """Class, number of tries, money, words."""
    snapshot, attempts, simulator = await play(case)
    standing = snapshot.standing
    accepted = [each for each in attempts if each.outcome and not each.outcome.error]
    failed = [each for each in attempts if each.outcome and each.outcome.error]
    state, reason, detail = case.ends
    assert (standing.state, standing.reason) == (state, reason)
    assert standing.detail.startswith(detail)
    assert [each.outcome.error for each in failed if each.outcome] == list(case.errors)
    assert len(attempts) == len(simulator.witness) == len(case.errors) + (case.ends is DONE)
    assert all(case.flags <= set(each.outcome.flags) for each in accepted if each.outcome)
    assert standing.spent >= simulator.witness.billed * PRICE  # never less than what the server took
    assert all((each.cost == 0) == case.free for each in failed)
    assert told_of(standing.detail if state is State.PAUSED else reason) or case.ends is DONE


def told_of(code: str) -> str:
    """Return what the person is told of a stop: a sentence, or the level of a time limit."""
    return resources.text("errors").get(code, "") or resources.text("states").get(f"reason.{code}", "")


def test_every_kind_is_played() -> None:
    """But for a model that repeats itself, which is no fault of a server: see the tests of loops."""
    assert {case.fault.kind for case in CASES.values()} == set(FaultKind) - {FaultKind.REPEAT}


async def test_a_model_that_repeats_itself_is_stopped() -> None:
    """After three repeats running: a pause, with its reason."""
    config = SimulatorConfig(seed=5, speed=200.0, faults=(Fault(kind=FaultKind.REPEAT),))
    spec = TaskSpec(goal="Name a sheep", provider=NAME, model=MODELS[0].id, max_steps=20, max_output=400)
    async with Simulator(config) as simulator, engine_at(simulator.base_url) as engine:
        (snapshot,) = await at_rest(engine, await engine.submit([spec]))
    assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.LOOP)
    assert snapshot.standing.steps_done == 4
    assert told_of(PauseReason.LOOP)


async def test_a_storm_of_429_ends_and_every_task_with_it() -> None:
    """Thirty tasks at once into six refusals: all complete, none of them billed twice, none fails."""
    config = SimulatorConfig(seed=5, speed=200.0, faults=(Fault(kind=FaultKind.RATE_LIMIT, times=6, retry_after=""),))
    async with Simulator(config) as simulator, engine_at(simulator.base_url) as engine:
        ended = await at_rest(engine, await engine.submit(flock(30, RetryPolicy(max_retries=1))))
    assert {each.state for each in ended} == {State.COMPLETED}
    assert sum(each.standing.spent for each in ended) == simulator.witness.billed * PRICE
    assert sum(each.standing.attempts for each in ended) == len(simulator.witness) == 36


async def test_a_server_that_goes_away_is_waited_for() -> None:
    """Switched off and on over HTTP: no retry is used up, and the task goes on by itself."""
    async with Simulator(SimulatorConfig(seed=5, speed=200.0)) as simulator, engine_at(simulator.base_url) as engine:
        control = f"http://127.0.0.1:{simulator.port}/_sim/state"
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.post(control, json={"down": True})).json() == {"down": True, "key": False}
            tasks = await engine.submit(flock(3, RetryPolicy(max_retries=9, backoff_base=1.0)))
            async for report in engine.watch(tasks[0]):
                if report.phase == "waiting_provider":
                    break
            assert engine.totals().providers[0].away == ErrorCode.CUT
            assert (await client.post(control, json={"down": False})).status_code == 200
            ended = await at_rest(engine, tasks)
            assert {each.state for each in ended} == {State.COMPLETED}
            assert (await client.post(control, json={"down": "perhaps"})).status_code == 400


async def test_a_key_revoked_in_the_middle_pauses_all() -> None:
    """Set over HTTP: whoever asks next learns it, nobody asks again, and nothing is billed for it."""
    async with Simulator(SimulatorConfig(seed=5, speed=20.0)) as simulator, engine_at(simulator.base_url) as engine:
        tasks = await engine.submit(flock(3, RetryPolicy(), steps=40))
        async for report in engine.watch(tasks[0]):
            if report.step >= 1:
                break
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.post(f"http://127.0.0.1:{simulator.port}/_sim/state", json={"key": "another"})
        ended = await at_rest(engine, tasks)
        stopped = {(each.state, each.standing.reason, each.standing.detail) for each in ended}
        assert stopped == {(State.PAUSED, PauseReason.PROVIDER, ErrorCode.WRONG_KEY)}
        assert sum(bool(seen.refused) for seen in simulator.witness) <= 3
        assert engine.totals().refusals[0].tasks == 3
