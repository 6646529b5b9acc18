"""`drover review` and `drover instruct`: what waits for a person's word, and the word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.cli.interrupts import interruptible
from app.cli.looking import find, reader_of
from app.cli.report import Exit, Output, say, wrong
from app.cli.running import engine_of, finish, follow, refuse_unknown_limits
from app.cli.shown import dollars, full, one_line
from app.composition import Program
from app.paths import Paths
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.money import plain
from engine.domain.step import StepRecord
from engine.domain.task import Standing
from engine.runtime.supervisor import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided on a reply."""

    approve: bool = False
    edit: Path | None = None
    reject: str = ""
    attempt: str = ""
    """How the id begins of the attempt that it is about; empty for whichever waits."""

    @property
    def made(self) -> bool:
        """Whether there is one."""
        return self.approve or self.edit is not None or bool(self.reject)

    def text(self) -> str:
        """Return what stands in the place of the reply; raises `CommandError`."""
        if (self.approve, self.edit is not None, bool(self.reject)).count(True) > 1:
            raise wrong("decide_once")
        try:
            return self.edit.read_text("utf-8") if self.edit else ""
        except UnicodeDecodeError as error:
            raise wrong("edit_file", file=self.edit, problem=say("pipeline_text")) from error
        except OSError as error:
            raise wrong("edit_file", file=self.edit, problem=error.strerror or type(error).__name__) from error


async def show(paths: Paths, name: str, output: Output) -> Exit:
    """Show the reply of a task that waits for its person."""
    async with reader_of(paths) as reader:
        task = await reader.load(await find(reader, name))
        steps = {step.number: step for step in await reader.steps(task.id)}
    step = steps.get(task.standing.steps_done)
    attempt = _waiting(task.standing, "")
    if step is None:
        raise DroverError(ErrorCode.REVIEW_OVER, task.id)
    told = f"{one_line(task)}\n\n{step.text}"
    output.emit("result", told, full(task) | _fields(attempt, step))
    output.note(say("review_how", id=task.id, cost=dollars(step.cost).strip()))
    return Exit.PAUSED


async def decide(program: Program, name: str, decision: Decision, output: Output) -> Exit:
    """Decide on the reply that waits, and run the task to its end or to the next that does."""
    text = decision.text()
    refuse_unknown_limits(program)
    async with reader_of(program.paths) as reader:
        task = await find(reader, name)
    async with interruptible(output) as interrupts:
        await program.load_keys()
        async with engine_of(program) as engine:
            standing = engine.snapshot(task).standing
            attempt = _waiting(standing, decision.attempt.lower())
            await program.load_keys(engine.snapshot(task).spec.provider)
            interrupts.watch(engine, [task])
            await _say(engine, task, attempt, decision, text)
            await follow(engine, [task], interrupts, output)
            return await finish(program, engine, task, output)


async def tell(program: Program, name: str, text: str, output: Output) -> Exit:
    """Tell a task something for its next step."""
    async with reader_of(program.paths) as reader:
        task = await find(reader, name)
    async with engine_of(program) as engine:
        await engine.instruct(task, text)
        snapshot = engine.snapshot(task)
        output.emit("result", one_line(snapshot), full(snapshot))
        output.note(say("told"))
    return Exit.COMPLETED


async def _say(engine: Supervisor, task: TaskId, attempt: AttemptId, decision: Decision, text: str) -> None:
    if decision.reject:
        await engine.reject(task, attempt, decision.reject)
    elif decision.edit is not None:
        await engine.amend(task, attempt, text)
    else:
        await engine.approve(task, attempt)


def _waiting(standing: Standing, begins: str) -> AttemptId:
    """Return the attempt that waits; raises REVIEW_OVER where none does, or another."""
    if not standing.review or not standing.review.startswith(begins):
        raise DroverError(ErrorCode.REVIEW_OVER, standing.review)
    return standing.review


def _fields(attempt: AttemptId, step: StepRecord) -> dict[str, object]:
    return {"attempt": attempt, "step": step.number, "text": step.text, "step_cost_usd": plain(step.cost)}
