"""`drover correct`: what an attempt that is over counts for from now on."""

from __future__ import annotations

from collections.abc import Iterable

from app.cli.looking import find, reader_of
from app.cli.report import Exit, Output, say, wrong
from app.cli.running import engine_of
from app.cli.shown import full, name_of
from app.composition import Program
from engine.domain.ids import TaskId
from engine.domain.money import parse, plain
from engine.domain.step import AttemptRecord
from engine.results.export import attempt_fields
from engine.runtime.supervisor import Supervisor

ASK, SPENT, NOT_BILLED = "ask", "spent", "not-billed"


async def correct(program: Program, name: tuple[str, str], amount: str, output: Output) -> Exit:
    """Correct the attempt that task and attempt are called by; the exit code is 1 where the provider cannot tell."""
    counts = _amount(amount)
    async with reader_of(program.paths) as reader:
        task = await find(reader, name[0])
    async with engine_of(program) as engine:
        found = await _found(engine, task, name[1])
        if amount == ASK:
            await program.load_keys(found.intent.provider)
            counts = await engine.ask_provider(task, found.intent.attempt)
        else:
            counts = found.cost if counts is None else counts
            await engine.correct(task, found.intent.attempt, counts)
        after = await _found(engine, task, found.intent.attempt)
        fields = full(engine.snapshot(task)) | {"attempt": attempt_fields(after), "answered": counts is not None}
    told = say("corrected", name=name_of(after), amount=plain(after.cost), before=plain(found.cost))
    output.emit("result", told if counts is not None else "", fields)
    if counts is None:
        output.note(say("cost_not_told"))
        return Exit.FAILED
    return Exit.COMPLETED


def _amount(text: str) -> int | None:
    """Return pico, or None for what is not known yet; raises `CommandError`."""
    if text in (ASK, SPENT):
        return None
    if text == NOT_BILLED:
        return 0
    try:
        return parse(text)
    except ValueError:
        raise wrong("bad_correction", text=text) from None


async def _found(engine: Supervisor, task: TaskId, name: str) -> AttemptRecord:
    """Return the one attempt that is called so, or whose id begins so; raises `CommandError`."""
    attempts = [attempt for step in await engine.steps(task) for attempt in step.attempts]
    found = list(_called(attempts, name))
    if len(found) != 1:
        raise wrong("ambiguous_attempt" if found else "no_attempt", id=name)
    return found[0]


def _called(attempts: Iterable[AttemptRecord], name: str) -> Iterable[AttemptRecord]:
    if "." in name:
        return (attempt for attempt in attempts if name_of(attempt) == name)
    return (attempt for attempt in attempts if name and attempt.intent.attempt.startswith(name.lower()))
