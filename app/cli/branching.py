"""`drover checkpoints`, `restore` and `fork`: a task's points, back to one, and on from one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.cli.asked import read_pipeline
from app.cli.looking import find, look, reader_of
from app.cli.report import Exit, Output, say, wrong
from app.cli.running import engine_of
from app.cli.shown import dollars, full, one_line, safe
from app.composition import Program
from app.paths import Paths
from engine.domain.ids import TaskId
from engine.domain.money import parse, plain
from engine.domain.step import Checkpoint
from engine.domain.task import RecipeName, TaskSpec
from engine.runtime.supervisor import Supervisor

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """What is to be otherwise in a fork; empty for what stays."""

    goal: str = ""
    pipeline: Path | None = None
    title: str = ""
    provider: str = ""
    model: str = ""
    steps: int | None = None
    budget: str = ""
    """Dollars, or "none"."""
    system: str = ""

    def spec(self, before: TaskSpec) -> TaskSpec:
        """Return what a fork of a task that was asked as `before` is asked; raises `CommandError`."""
        given: dict[str, object] = {
            "goal": self.goal,
            "title": self.title,
            "provider": self.provider,
            "model": self.model,
            "system": self.system,
        }
        changes = {name: value for name, value in given.items() if value}
        if self.pipeline is not None:
            prompts, reviews = read_pipeline(self.pipeline)
            changes |= {"recipe": RecipeName.PIPELINE, "prompts": prompts, "review_after": reviews}
        if self.steps is not None:
            changes["max_steps"] = self.steps
        if self.budget:
            changes["budget"] = None if self.budget == NONE else _dollars(self.budget)
        return msgspec.structs.replace(before, **changes)


async def list_checkpoints(paths: Paths, name: str, output: Output) -> Exit:
    """List a task's checkpoints, one a step."""
    seen = await look(paths, output)
    async with reader_of(paths) as reader:
        points = await reader.checkpoints(await find(reader, name))
    newest = {point.step: point for point in points}
    for _, point in sorted(newest.items()):
        output.emit("checkpoint", _line(point), _fields(point))
    output.emit("result", fields={"count": len(newest), "damage": msgspec.to_builtins(seen)})
    if not newest:
        output.note(say("no_checkpoints"))
    return Exit.COMPLETED


async def restore(program: Program, name: str, step: int, output: Output) -> Exit:
    """Take a task back to a checkpoint."""
    task = await _task(program, name)
    async with engine_of(program) as engine:
        await engine.restore(task, step)
        _told(engine, task, output, "restored")
    return Exit.COMPLETED


async def fork_task(program: Program, place: tuple[str, int], forked: Forked, output: Output) -> Exit:
    """Make a task that goes on from another's checkpoint."""
    parent = await _task(program, place[0])
    async with engine_of(program) as engine:
        spec = forked.spec(engine.snapshot(parent).spec)
        task = await engine.fork(parent, place[1], spec)
        _told(engine, task, output, "forked")
    return Exit.COMPLETED


async def _task(program: Program, name: str) -> TaskId:
    async with reader_of(program.paths) as reader:
        return await find(reader, name)


def _told(engine: Supervisor, task: TaskId, output: Output, code: str) -> None:
    snapshot = engine.snapshot(task)
    output.emit("result", one_line(snapshot), full(snapshot))
    output.note(say(code, id=task))


def _line(point: Checkpoint) -> str:
    at = datetime.fromtimestamp(point.at_ms / 1000, UTC).astimezone()
    return f"{point.step:>5}  {at:%Y-%m-%d %H:%M:%S}  {dollars(point.cost)}  {safe(point.model)}"


def _fields(point: Checkpoint) -> dict[str, object]:
    return {
        "step": point.step,
        "at_ms": point.at_ms,
        "cost_usd": plain(point.cost),
        "model": point.model,
        "policy": point.policy,
        "context_sha256": point.context_sha256.hex(),
    }


def _dollars(text: str) -> int:
    try:
        return parse(text)
    except ValueError:
        raise wrong("bad_amount", text=text) from None
