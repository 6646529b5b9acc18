"""Tasks as the window sees them, made for tests and benchmarks: few words for what matters, the rest plausible."""

from __future__ import annotations

import random

from engine.domain.step import Intent, Outcome
from engine.face import (
    PICO,
    AttemptId,
    AttemptRecord,
    AttemptStatus,
    PauseReason,
    Phase,
    Standing,
    State,
    StepRecord,
    TaskId,
    TaskSnapshot,
    TaskSpec,
    Usage,
)

MODELS = ("deepseek-v3.2", "gemini-2.5-flash", "gpt-4.1", "claude-sonnet-4.5")


def snapshot(
    number: int,
    *,
    title: str = "",
    model: str = "gpt-4.1",
    batch: str = "",
    steps: int = 40,
    budget: int | None = None,
    phase: Phase = Phase.IDLE,
    phase_until: float | None = None,
    tokens_per_s: float = 0.0,
    eta_s: float | None = None,
    held: int = 0,
    streamed_tokens: int = 0,
    spec: TaskSpec | None = None,
    state: State = State.PENDING,
    reason: str = "",
    detail: str = "",
    steps_done: int = 0,
    attempts: int = 0,
    spent: int = 0,
    active_s: float = 0.0,
    undecided: int = 0,
) -> TaskSnapshot:
    """Return a task; `number` is its id and place."""
    spec = spec or TaskSpec(
        goal="do it",
        title=title or f"Task {number:05d}",
        provider="simulator",
        model=model,
        max_steps=steps,
        budget=budget,
        batch=batch,
    )
    standing = Standing(
        state=state,
        reason=reason,
        detail=detail,
        steps_done=steps_done,
        attempts=attempts or steps_done,
        spent=spent,
        active_s=active_s,
        unknown=1 if undecided else 0,
        undecided={AttemptId("unknown"): undecided} if undecided else {},
    )
    return TaskSnapshot(
        id=task_id(number),
        order=number,
        spec=spec,
        standing=standing,
        phase=phase,
        phase_until=phase_until,
        held=held,
        streamed_tokens=streamed_tokens,
        tokens_per_s=tokens_per_s,
        active_s=active_s,
        eta_s=eta_s,
    )


def task_id(number: int) -> TaskId:
    """Return the id of a task."""
    return TaskId(f"{number:026d}")


def random_snapshot(number: int, rng: random.Random) -> TaskSnapshot:
    """Return a task in any state."""
    state = rng.choice(list(State))
    total = rng.choice((4, 24, 40))
    done = total if state is State.COMPLETED else 0 if state is State.PENDING else rng.randrange(total)
    running = state is State.RUNNING
    return snapshot(
        number,
        model=rng.choice(MODELS),
        steps=total,
        budget=rng.choice((None, PICO, 2 * PICO)),
        state=state,
        reason={State.PAUSED: PauseReason.BUDGET, State.FAILED: "wrong_key", State.TIMEOUT: "step"}.get(state, ""),
        steps_done=done,
        spent=done * rng.randrange(PICO // 100),
        active_s=done * 14.0,
        phase=Phase.STREAMING if running else Phase.IDLE,
        tokens_per_s=float(rng.randrange(20, 200)) if running else 0.0,
        eta_s=(total - done) * 14.0 if running else None,
    )


def attempt(
    step: int,
    number: int = 1,
    status: AttemptStatus = AttemptStatus.ACCEPTED,
    *,
    text: str = "",
    error: str = "",
    detail: str = "",
    cost: int = 0,
    retry_in_s: float | None = None,
) -> AttemptRecord:
    """Return an attempt; an OPEN one has no outcome."""
    intent = Intent(
        task=task_id(0),
        step=step,
        attempt=AttemptId(f"{step:013d}{number:013d}"),
        number=number,
        provider="simulator",
        model="gpt-4.1",
        price_list="own",
        request_sha256=b"",
        held=PICO // 20,
        at_ms=1_800_000_000_000,
        day="2027-01-15",
    )
    if status is AttemptStatus.OPEN:
        return AttemptRecord(intent=intent)
    accepted = status is AttemptStatus.ACCEPTED
    outcome = Outcome(
        task=intent.task,
        step=step,
        attempt=intent.attempt,
        status=status,
        text=text,
        usage=Usage(input=3100, cached=2000, output=2400) if accepted else None,
        cost=cost,
        error=error,
        detail=detail,
        provider_request_id="req-8f2",
        first_token_s=0.9 if accepted else None,
        duration_s=20.4,
        retry_in_s=retry_in_s,
        at_ms=intent.at_ms + 20_400,
    )
    return AttemptRecord(intent=intent, outcome=outcome)


def step(number: int, *attempts: AttemptRecord, text: str = "done") -> StepRecord:
    """Return a step: with these attempts, or with one that was accepted."""
    return StepRecord(number=number, attempts=attempts or (attempt(number, text=text),))
