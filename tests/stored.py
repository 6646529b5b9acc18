"""Records as an engine would write them, for tests of stores: small, and each like no other."""

from __future__ import annotations

from engine.domain.ids import AttemptId, TaskId
from engine.domain.states import State
from engine.domain.step import (
    AttemptStatus,
    Checkpoint,
    Correction,
    Fork,
    Intent,
    Note,
    NoteKind,
    Origin,
    Outcome,
)
from engine.domain.task import Standing, TaskSpec
from engine.domain.usage import FinishReason, Usage
from engine.store.port import Store, StoredTask

CREATED_AT = 1_795_521_600_000
DAY = "2026-11-24"
HELD = 5_000_000


def task(number: int = 1, *, batch: str = "", state: State = State.PENDING) -> StoredTask:
    """Return a new task."""
    return StoredTask(
        id=TaskId(f"task{number:022d}"),
        order=number,
        spec=TaskSpec(goal=f"Goal {number}: Ünïcode — \u2028 \U0001f411", provider="p", model="m", batch=batch),
        standing=Standing(state=state, created_at_ms=CREATED_AT),
    )


def attempt_id(of: StoredTask, step: int, number: int = 1) -> AttemptId:
    """Return the id of an attempt."""
    return AttemptId(f"{of.id}-{step}-{number}")


def intent(of: StoredTask, step: int = 1, number: int = 1, *, day: str = DAY) -> Intent:
    """Return the intent of an attempt."""
    return Intent(
        task=of.id,
        batch=of.spec.batch,
        step=step,
        attempt=attempt_id(of, step, number),
        number=number,
        provider="p",
        model="m",
        price_list="own",
        request_sha256=bytes(range(32)),
        held=HELD,
        at_ms=CREATED_AT + step,
        day=day,
    )


def outcome(
    of: StoredTask,
    step: int = 1,
    number: int = 1,
    *,
    status: AttemptStatus = AttemptStatus.ACCEPTED,
    text: str | None = None,
    cost: int = 1_000,
) -> Outcome:
    """Return the outcome of an attempt, with a raw reply."""
    text = f"Reply {step} of {of.id}. " * 20 if text is None else text
    return Outcome(
        task=of.id,
        step=step,
        attempt=attempt_id(of, step, number),
        status=status,
        text=text,
        raw=b"data: {}\n\n" * 50,
        finish=FinishReason.STOP,
        usage=Usage(input=10, output=20),
        cost=cost,
        provider_request_id=f"req-{step}",
        duration_s=1.5,
        at_ms=CREATED_AT + step,
    )


def checkpoint(of: StoredTask, step: int = 1) -> Checkpoint:
    """Return a checkpoint after a step."""
    digest = bytes([step % 256]) * 32
    return Checkpoint(
        task=of.id, step=step, policy="full", context_sha256=digest, model="m", cost=1_000, at_ms=CREATED_AT + step
    )


def correction(of: StoredTask, step: int = 1, amount: int = 7, *, before: int = 1_000) -> Correction:
    """Return what a person says that an attempt cost."""
    return Correction(
        task=of.id,
        step=step,
        attempt=attempt_id(of, step),
        before=before,
        amount=amount,
        by=Origin.PERSON,
        at_ms=CREATED_AT + step,
    )


def fork(of: StoredTask, replies: tuple[str, ...], *, parent: StoredTask | None = None, head: bytes = b"") -> Fork:
    """Return where a task comes from."""
    parent = parent or task(99)
    return Fork(
        task=of.id, parent=parent.id, step=len(replies), head=head or bytes(32), replies=replies, at_ms=CREATED_AT
    )


def note(of: StoredTask, code: str = "paused:user") -> Note:
    """Return a note of a changed state."""
    return Note(task=of.id, kind=NoteKind.STATE, code=code, at_ms=CREATED_AT)


def standing(steps: int) -> Standing:
    """Return where a task stands that runs and has this many steps from `write_steps`."""
    return Standing(
        state=State.RUNNING if steps else State.PENDING,
        steps_done=steps,
        attempts=steps,
        spent=1_000 * steps,
        input_tokens=10 * steps,
        output_tokens=20 * steps,
        created_at_ms=CREATED_AT,
        started_at_ms=CREATED_AT + 1 if steps else None,
    )


async def write_steps(store: Store, of: StoredTask, count: int, first: int = 1) -> None:
    """Write whole steps, each durable before the next."""
    for step in range(first, first + count):
        await store.append_intent(intent(of, step), of.standing)
        await store.append_outcome(outcome(of, step), standing(step))
