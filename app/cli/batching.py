"""Runs a batch from the command line: rows are planned, tasks created all or none, watched together, summed up.

One stream of reports for all of them: ten thousand watchers would each be told of every change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

import resources
from app.cli.alerting import tell_alerts
from app.cli.asked import Asked
from app.cli.choosing import choose
from app.cli.interrupts import Interrupts, interruptible
from app.cli.mending import mended
from app.cli.report import BY_STATE, Exit, Output, say
from app.cli.running import engine_of, refuse_unknown_limits
from app.cli.shown import safe
from app.cli.sources import Source, planned
from app.composition import Program
from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError
from engine.domain.ids import TaskId
from engine.domain.money import plain
from engine.domain.slices import in_slices
from engine.domain.states import AT_REST
from engine.domain.task import TaskSpec
from engine.results.imports.planning import Plan
from engine.runtime.supervisor import Supervisor


async def run_batch(program: Program, asked: Asked, source: Source, output: Output) -> Exit:
    """Create a task for each row and run them all to their ends, or until the person ends the command."""
    try:
        refuse_unknown_limits(program)
        asked = source.asked(asked)
        asked.whole_batch()
        asked.deadline()
        made = await planned(source, asked, output)
        async with interruptible(output) as interrupts:
            base = await choose(program, asked)
            specs = [each async for each in in_slices(_placed(made, base))]
            async with engine_of(program) as engine:
                ids = await _created(program, engine, asked, specs, output, paused=source.paused)
                interrupts.watch(engine, ids)
                if not source.paused:
                    await _follow(engine, ids, interrupts, output, alerts=program.settings.alerts)
                return _summed_up(engine, asked, ids, output, paused=source.paused)
    finally:
        await program.providers.close()  # asked for their models before there was an engine to close them


def _placed(made: Plan, base: TaskSpec) -> list[TaskSpec]:
    """Return what is asked of each task, with the provider and model that were found since."""
    return [msgspec.structs.replace(spec, provider=base.provider, model=base.model) for spec in made.specs]


async def _created(
    program: Program, engine: Supervisor, asked: Asked, specs: Sequence[TaskSpec], output: Output, *, paused: bool
) -> tuple[TaskId, ...]:
    limit, batch = asked.whole_batch(), program.redactor.known(asked.batch)
    worst = await engine.worst_case(specs)
    if limit is not None:
        worst = min(worst, limit)
    ids = await _submitted(engine, specs, Scope(Level.BATCH, batch), limit, paused=paused)
    if (deadline := asked.deadline()) is not None:  # behind the tasks: a refused import leaves none
        engine.set_deadline(batch, deadline)
    fields = {"batch": batch, "count": len(ids), "worst_usd": plain(worst), "provider": specs[0].provider}
    output.emit("batch", fields=fields | {"model": specs[0].model})
    output.note(say("batch_created", count=f"{len(ids):,}", batch=safe(batch), amount=plain(worst)))
    return ids


async def _submitted(
    engine: Supervisor, specs: Sequence[TaskSpec], scope: Scope, limit: int | None, *, paused: bool
) -> tuple[TaskId, ...]:
    """Create tasks under their batch's limit, which stands before the first can ask; a refusal leaves no limit behind.

    What cannot be saved yet comes in when it can, and then the limit shall stand.
    """
    before = engine.balance(scope).limit
    if limit is not None:
        engine.set_budget(scope, limit)
    try:
        return await engine.submit(specs, paused=paused)
    except DroverError:
        if limit is not None and not engine.totals().trouble:
            engine.set_budget(scope, before)
        raise


async def _follow(
    engine: Supervisor, ids: Sequence[TaskId], interrupts: Interrupts, output: Output, *, alerts: bool
) -> None:
    """Tell of each task that comes to rest, until all are and none of them for a disk that takes nothing."""
    while True:
        await _until_rest(engine, ids, output, alerts=alerts)
        if not await mended(engine, ids, interrupts, output):
            return


async def _until_rest(engine: Supervisor, ids: Sequence[TaskId], output: Output, *, alerts: bool) -> None:
    ours, resting = set(ids), set[TaskId]()
    async for report in engine.watch_all():
        if report.task not in ours:
            continue
        if report.state not in AT_REST:
            resting.discard(report.task)
        elif report.task not in resting:
            resting.add(report.task)
            _tell(engine, report.task, len(resting), len(ours), output)
            tell_alerts(engine, output, wanted=alerts)
        if len(resting) == len(ours):
            return


def _tell(engine: Supervisor, task: TaskId, number: int, count: int, output: Output) -> None:
    snapshot = engine.snapshot(task)
    state = resources.text("states")[f"state.{snapshot.state}"]
    fields = {"id": task, "name": snapshot.name, "state": str(snapshot.state), "reason": snapshot.standing.reason}
    output.emit("task", fields=fields | {"cost_usd": plain(snapshot.standing.spent), "at_rest": number})
    output.note(f"{number:>6,}/{count:,}  {task}  {state:<10} {safe(snapshot.name)[:60]}")


def _summed_up(engine: Supervisor, asked: Asked, ids: Sequence[TaskId], output: Output, *, paused: bool) -> Exit:
    """Say how all of them ended; the exit code is that of the worst."""
    ended = [engine.snapshot(task) for task in ids]
    states = Counter(str(task.state) for task in ended)
    spent = plain(sum(task.standing.spent for task in ended))
    fields = {"batch": asked.batch, "count": len(ids), "states": states, "cost_usd": spent}
    output.emit("result", fields=fields)
    words = resources.text("states")
    told = ", ".join(f"{words[f'state.{state}']} {count:,}" for state, count in states.most_common())
    output.note(say("batch_ended", batch=safe(asked.batch), states=told, amount=spent))
    return Exit.COMPLETED if paused else max(BY_STATE.get(task.state, Exit.PAUSED) for task in ended)
