"""Commands that only read: they open the store beside whoever writes it, and take no lock."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from app.cli.foretold import Foretold
from app.cli.report import Exit, Output, counted, say, wrong
from app.cli.shown import entry_fields, entry_line, full, one_line, repeats_line, safe, step_lines, with_steps
from app.cli.terminal import json_line
from app.lock import is_held
from app.paths import Paths
from engine.domain.clock import SystemClock
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import PauseReason, State
from engine.recipes import recipe
from engine.results.atomic import write_atomically
from engine.results.export import as_json, as_markdown, parent_fields
from engine.results.ledger import as_csv
from engine.results.render import replies
from engine.store.reader import Reader
from engine.store.repair.glance import Glance, glance
from engine.store.store import open_store_reader

SAMPLE = 4
"""Ids that are named where one was not enough of an id."""

NAMED = 8
"""Damaged tasks that are named in a line; JSON has them all."""


async def look(paths: Paths, output: Output) -> Glance:
    """Say on stderr in one line what of the saved data is not sound, as far as that can be seen at once."""
    found = await asyncio.to_thread(glance, paths.data)
    if found.lost_records:
        output.note(counted("unsound_end", found.lost_records))
    if found.tasks:
        output.note(counted("unsound_tasks", len(found.tasks), ids=", ".join(map(safe, found.tasks[:NAMED]))))
    if found.unmarked:
        output.note(say("unsound_mark"))
    if found.unreadable:
        output.note(say("unsound_page"))
    return found


@asynccontextmanager
async def reader_of(paths: Paths) -> AsyncGenerator[Reader]:
    """Open a folder's store for reading for the body."""
    reader = await open_store_reader(paths.data)
    try:
        yield reader
    finally:
        await reader.close()


async def foretold(paths: Paths, reader: Reader) -> Foretold:
    """Return what tells how things stand in a folder, whether a process holds it or not."""
    return await Foretold.of(reader, held=is_held(paths.lock_file), at_ms=SystemClock().wall_ms())


async def list_all(paths: Paths, output: Output) -> Exit:
    """List all tasks."""
    seen = await look(paths, output)
    try:
        async with reader_of(paths) as reader:
            told = await foretold(paths, reader)
            tasks = tuple(map(told.task, await reader.scan()))
    except DroverError as error:
        if error.code is not ErrorCode.NOT_A_STORE or paths.data.exists():
            raise
        tasks = ()
    for task in tasks:
        output.emit("task", one_line(task), full(task))
    output.emit("result", fields={"count": len(tasks), "damage": msgspec.to_builtins(seen)})
    reasons = {task.standing.reason for task in tasks}
    if PauseReason.INTERRUPTION in reasons:
        output.note(say("interrupted"))
    if PauseReason.REVIEW in reasons:
        output.note(say("reviews"))
    if not tasks:
        output.note(say("nothing"))
    return Exit.COMPLETED


async def show_one(paths: Paths, name: str, output: Output) -> Exit:
    """Show a task with its steps and attempts."""
    seen = await look(paths, output)
    async with reader_of(paths) as reader:
        told = await foretold(paths, reader)
        task = told.task(await reader.load(await find(reader, name)))
        steps = told.steps(await reader.steps(task.id))
        fork = await reader.parent(task.id)
    answer = recipe(task.spec.recipe).answer(task.spec, replies(steps, fork))
    came = [say("fork_of", id=fork.parent, step=fork.step)] if fork else []
    text = "\n".join([one_line(task), *came, *repeats_line(task.spec), *step_lines(steps), "", answer])
    more = {"parent": parent_fields(fork), "answer": answer, "damage": msgspec.to_builtins(seen)}
    output.emit("result", text, with_steps(task, steps) | more)
    return Exit.COMPLETED


async def export_one(paths: Paths, name: str, form: str, out: Path | None, output: Output) -> Exit:
    """Export a task."""
    if form not in ("md", "json"):
        raise wrong("bad_format", form=form)
    await look(paths, output)
    async with reader_of(paths) as reader:
        told = await foretold(paths, reader)
        task = told.task(await reader.load(await find(reader, name)))
        steps, fork = told.steps(await reader.steps(task.id)), await reader.parent(task.id)
    render = as_markdown if form == "md" else as_json
    text = render(task, steps, recipe(task.spec.recipe), fork)
    if out is None:
        output.emit("export", text if form == "md" else json_line(text.encode()))
    else:
        await write_out(out, [text, "\n"])
    return Exit.COMPLETED


async def export_ledger(paths: Paths, out: Path | None, output: Output, *, csv: bool) -> Exit:
    """Print every attempt and correction as a line, as an object, or as CSV; or write the CSV to a file."""
    seen = await look(paths, output)
    async with reader_of(paths) as reader:
        entries = await (await foretold(paths, reader)).entries(reader.ledger())
    if out is not None:
        await write_out(out, as_csv(entries))
        return Exit.COMPLETED
    if csv:
        sys.stdout.writelines(as_csv(entries))
        return Exit.COMPLETED
    for entry in entries:
        output.emit("entry", entry_line(entry), entry_fields(entry))
    output.emit("result", fields={"count": len(entries), "damage": msgspec.to_builtins(seen)})
    return Exit.COMPLETED


async def write_out(out: Path, parts: Iterable[str]) -> None:
    """Write a file that a person named; raises `CommandError`."""
    try:
        await write_atomically(out, parts)
    except OSError as error:
        raise wrong("not_written", file=out, problem=error.strerror) from error


async def resumable(paths: Paths, name: str, *, every: bool) -> list[TaskId]:
    """Return which tasks `drover resume` means."""
    async with reader_of(paths) as reader:
        if not every:
            if not name:
                raise wrong("resume_what")
            return [await find(reader, name)]
        tasks = await reader.scan()
    waiting = (State.PAUSED, State.PENDING, State.RUNNING, State.CHECKPOINTING)
    ids = [task.id for task in tasks if task.standing.state in waiting]
    if not ids:
        raise wrong("nothing_to_resume")
    return ids


async def find(reader: Reader, name: str) -> TaskId:
    """Return the one task whose id begins with `name`."""
    if not name:
        raise wrong("which_task")
    found = [task.id for task in await reader.scan() if task.id.startswith(name.lower())]
    if len(found) != 1:
        raise wrong("ambiguous", id=name, ids=", ".join(found[:SAMPLE])) if found else wrong("not_found", id=name)
    return found[0]
