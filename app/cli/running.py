"""Runs tasks from the command line: opens the engine, watches, pauses durably on Ctrl-C, and says how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

import resources
from app.cli.alerting import tell_alerts
from app.cli.asked import Asked
from app.cli.choosing import choose
from app.cli.interrupts import Interrupts, interruptible
from app.cli.mending import mended
from app.cli.report import BY_STATE, Exit, Output, say, wrong
from app.cli.shown import full, one_line, safe
from app.composition import Program
from engine.cost.port import Level, Scope
from engine.domain.ids import TaskId
from engine.domain.money import plain
from engine.domain.progress import ProgressReport
from engine.domain.states import PauseReason, Phase, State
from engine.runtime.supervisor import Supervisor

HOW_ON: Mapping[str, str] = {PauseReason.STORAGE: "paused_unsaved", PauseReason.REVIEW: "review_waits"}
"""What to tell of how to go on from a pause, where it is not by resuming."""


@asynccontextmanager
async def engine_of(program: Program) -> AsyncGenerator[Supervisor]:
    """Hold the folder and open its engine for the body; close it durably after."""
    with program.hold_folder("command"):
        engine, _ = await program.open_engine()
        try:
            yield engine
        finally:
            await engine.close(program.settings.grace_s)


async def run(program: Program, asked: Asked, output: Output) -> Exit:
    """Create a task and run it to its end, or until the person ends the command."""
    try:
        return await _run(program, asked, output)
    finally:
        await program.providers.close()  # asked for their models before there was an engine to close them


async def _run(program: Program, asked: Asked, output: Output) -> Exit:
    refuse_unknown_limits(program)
    batch_budget, deadline = asked.whole_batch(), asked.deadline()
    async with interruptible(output) as interrupts:
        spec = await choose(program, asked)
        async with engine_of(program) as engine:
            if batch_budget is not None:
                engine.set_budget(Scope(Level.BATCH, program.redactor.known(asked.batch)), batch_budget)
            if deadline is not None:
                engine.set_deadline(program.redactor.known(asked.batch), deadline)
            (task,) = await engine.submit([spec])
            interrupts.watch(engine, [task])
            name = engine.snapshot(task).name
            _tell(output, "task", {"id": task, "name": name, "provider": spec.provider, "model": spec.model})
            output.note(f"{task}  {safe(name)}")
            await follow(engine, [task], interrupts, output, alerts=program.settings.alerts)
            return await finish(program, engine, task, output)


WAITS = (Phase.RETRYING, Phase.WAITING_RATE_LIMIT, Phase.WAITING_PROVIDER)
"""What a task is told to wait for, and for how long."""
WORDS = 300
"""Characters of a server's or the system's own words."""


def refuse_unknown_limits(program: Program) -> None:
    """Raise `CommandError` where the settings, and with them the person's limits, could not be read."""
    if program.problem is not None:
        raise wrong("settings_unreadable", problem=program.redactor(program.problem.detail))


async def resume(program: Program, ids: Sequence[TaskId], output: Output) -> Exit:
    """Resume tasks and run them to their end; the exit code is that of the worst."""
    refuse_unknown_limits(program)
    async with interruptible(output) as interrupts:
        await program.load_keys()
        async with engine_of(program) as engine:
            for task in ids:
                await program.load_keys(*(route.provider for route in engine.snapshot(task).spec.named))
            interrupts.watch(engine, ids)
            engine.resume(ids)
            await engine.saved()  # a task that still shows as at rest would not be watched
            await follow(engine, ids, interrupts, output, alerts=program.settings.alerts)
            return max([await finish(program, engine, task, output) for task in ids])


async def follow(
    engine: Supervisor, ids: Sequence[TaskId], interrupts: Interrupts, output: Output, *, alerts: bool = True
) -> None:
    """Report progress until all tasks are at rest, and none of them for a disk that may take something again."""
    while True:
        await asyncio.gather(*(_watch(engine, task, output, alerts=alerts) for task in ids))
        tell_alerts(engine, output, wanted=alerts)
        if not await mended(engine, ids, interrupts, output):
            return


async def _watch(engine: Supervisor, task: TaskId, output: Output, *, alerts: bool) -> None:
    told: object = None
    async for report in engine.watch(task):
        snapshot = engine.snapshot(task)
        until = snapshot.phase_until if report.phase in WAITS else None
        tell_alerts(engine, output, wanted=alerts)
        news = (report.step, report.state, until and round(until))
        if news == told:
            continue
        told = news
        wait = None if until is None else max(0.0, until - time.monotonic())
        _tell(output, "progress", progress(report) | {"retry_in_s": wait and round(wait, 1)})
        output.note(one_line(snapshot))
        if wait is not None:
            output.note(_waiting(engine, snapshot.spec.provider, wait, away=report.phase is Phase.WAITING_PROVIDER))


def _tell(output: Output, kind: str, fields: Mapping[str, object]) -> None:
    """Print an object for programs, or say that none reads any more: no reason to stop what is being paid."""
    if not output.emit(kind, fields=fields):
        output.warn(say("unread"))


def _waiting(engine: Supervisor, provider: str, seconds: float, *, away: bool) -> str:
    """Return why a task waits before it asks again, and for how long; what to do where nobody answers at all."""
    health = next((each for each in engine.totals().providers if each.name == provider), None)
    error = health.last_error if health else ""
    why = resources.text("states").get(f"reason.{error}", error)
    if away:
        return say("away", provider=safe(provider), seconds=f"{seconds:.0f}", why=why)
    return say("retrying", seconds=f"{seconds:.0f}", why=why)


def progress(report: ProgressReport) -> dict[str, object]:
    """Return a report as plain values."""
    return {
        "id": report.task,
        "state": str(report.state),
        "reason": report.reason,
        "phase": str(report.phase),
        "step": report.step,
        "total_steps": report.total_steps,
        "percent": round(report.percent, 2),
        "tokens": report.tokens_generated,
        "tokens_per_s": round(report.tokens_per_s, 1),
        "cost_usd": plain(report.cost),
        "elapsed_s": round(report.elapsed_s, 2),
        "remaining_s": None if report.remaining_s is None else round(report.remaining_s, 1),
    }


def data_dir_option(program: Program) -> str:
    """Return the option that names the folder, where it is not the usual one."""
    return f' --data-dir "{program.paths.data.parent}"' if program.paths.data.name == "data" else ""


async def finish(program: Program, engine: Supervisor, task: TaskId, output: Output) -> Exit:
    """Say how a task ended."""
    snapshot, answer = engine.snapshot(task), await engine.answer(task)
    paused = snapshot.state not in BY_STATE
    moved = data_dir_option(program)
    how = say(HOW_ON.get(snapshot.standing.reason, "paused"), id=task, folder=moved) if paused else ""
    fields = full(snapshot) | {"text": answer.text, "folder": str(answer.folder), "resume": how or None}
    output.emit("result", answer.text if snapshot.state is State.COMPLETED else "", fields)
    failed = snapshot.state is State.FAILED and snapshot.standing.detail
    said = say("its_words", words=safe(snapshot.standing.detail)[:WORDS]) if failed else ""
    for told in (fields["error"], said, how):
        if told:
            output.note(str(told))
    return BY_STATE.get(snapshot.state, Exit.PAUSED)
