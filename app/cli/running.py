"""Runs tasks from the command line: opens the engine, watches, pauses durably on Ctrl-C, and says how it ended."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from app.cli.asked import Asked
from app.cli.report import BY_STATE, Exit, Output, say, wrong
from app.cli.shown import full, one_line, safe
from app.composition import LOCAL, Program
from app.secrets import Kept
from engine.cost.port import Level, Scope
from engine.domain.ids import TaskId
from engine.domain.money import plain
from engine.domain.progress import ProgressReport
from engine.domain.states import PauseReason, State
from engine.providers.local.config import TEST_MODEL
from engine.providers.port import ProviderError
from engine.runtime.supervisor import Supervisor

NAME = re.compile("[A-Z_][A-Z0-9_]{0,60}")
"""What is quoted as the name of a variable: anything else may be a key."""


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
    own = asked.own_provider()
    name = own.name if own else asked.provider or program.settings.default_provider
    if not name:
        raise wrong("no_provider")
    if not asked.goal and asked.pipeline is None:
        raise wrong("goal_missing")
    batch_budget = asked.whole_batch()
    asked.spec(name, asked.model or "unknown yet")  # bad input first: before a key, a network or a folder is needed
    if own is not None:
        # Before anything is remembered: who gives the key itself here must not find it in the settings.
        if own.key_variable and await program.secrets.load(name, own.key_variable) is not Kept.ENVIRONMENT:
            raise wrong("no_key_variable", name=own.key_variable if NAME.fullmatch(own.key_variable) else "")
        program.remember(own)
    program.providers.get(name)
    await program.load_keys(name)
    spec = asked.spec(name, await _model(program, name, asked.model))
    async with engine_of(program) as engine:
        if batch_budget is not None:
            engine.set_budget(Scope(Level.BATCH, program.redactor.known(asked.batch)), batch_budget)
        (task,) = await engine.submit([spec])
        output.emit(
            "task", fields={"id": task, "name": engine.snapshot(task).name, "provider": name, "model": spec.model}
        )
        output.note(f"{task}  {safe(engine.snapshot(task).name)}")
        await follow(engine, [task], output)
        return await finish(program, engine, task, output)


async def resume(program: Program, ids: Sequence[TaskId], output: Output) -> Exit:
    """Resume tasks and run them to their end; the exit code is that of the worst."""
    await program.load_keys()
    async with engine_of(program) as engine:
        for task in ids:
            await program.load_keys(engine.snapshot(task).spec.provider)
        engine.resume(ids)
        await engine.saved()  # a task that still shows as at rest would not be watched
        await follow(engine, ids, output)
        return max([await finish(program, engine, task, output) for task in ids])


async def follow(engine: Supervisor, ids: Sequence[TaskId], output: Output) -> None:
    """Report progress until all tasks are at rest; the first Ctrl-C pauses them, the second cuts them."""
    pressed = 0

    def interrupted() -> None:
        nonlocal pressed
        pressed += 1
        output.note(say("pausing" if pressed == 1 else "interrupted_cut"))
        engine.pause(ids, now=pressed > 1)

    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, interrupted)
    try:
        await asyncio.gather(*(_watch(engine, task, output) for task in ids))
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)


async def _watch(engine: Supervisor, task: TaskId, output: Output) -> None:
    steps = -1
    async for report in engine.watch(task):
        if report.step != steps or report.state is not State.RUNNING:
            steps = report.step
            output.emit("progress", fields=progress(report))
            output.note(one_line(engine.snapshot(task)))


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


async def finish(program: Program, engine: Supervisor, task: TaskId, output: Output) -> Exit:
    """Say how a task ended."""
    snapshot, answer = engine.snapshot(task), await engine.answer(task)
    paused = snapshot.state not in BY_STATE
    moved = f' --data-dir "{program.paths.data.parent}"' if program.paths.data.name == "data" else ""
    unsaved = snapshot.standing.reason == PauseReason.STORAGE
    how = say("paused_unsaved" if unsaved else "paused", id=task, folder=moved) if paused else ""
    fields = full(snapshot) | {"text": answer.text, "folder": str(answer.folder), "resume": how or None}
    output.emit("result", answer.text if snapshot.state is State.COMPLETED else "", fields)
    for told in (fields["error"], how):
        if told:
            output.note(str(told))
    return BY_STATE.get(snapshot.state, Exit.PAUSED)


async def _model(program: Program, provider: str, model: str) -> str:
    """Return the model to use: the one that was named, checked where the provider lists its models."""
    if provider == LOCAL:
        local = program.settings.provider(LOCAL)
        return model or (TEST_MODEL if not (local and local.model_file) else "local")
    if not model and provider == program.settings.default_provider and program.settings.default_model:
        return program.settings.default_model
    try:
        offered = [each.id for each in await program.providers.get(provider).models()]
    except ProviderError:
        if model:
            return model  # the run itself says what is wrong, and retries what can be retried
        raise
    if not model:
        raise wrong("no_model", models=", ".join(offered[:20]))
    if offered and model not in offered:
        raise wrong("model_list", model=model, models=", ".join(offered[:20]))
    return model
