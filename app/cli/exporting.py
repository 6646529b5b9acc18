"""`drover export --batch`: a batch as a table with chosen columns; partial, and said to be, while it runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app.cli.foretold import Foretold
from app.cli.looking import foretold, look, reader_of, write_out
from app.cli.report import Exit, Output, say, wrong
from app.cli.shown import safe
from app.paths import Paths
from engine.recipes import recipe
from engine.results.batch_lines import lines_of
from engine.results.batch_table import FORMS, columns, ended, written
from engine.store.port import StoredTask
from engine.store.reader import Reader


async def export_batch(paths: Paths, batch: str, output: Output, *, form: str, chosen: str, out: Path | None) -> Exit:
    """Export a batch; `chosen` are names of columns with commas between, all of them for none."""
    if form not in FORMS:
        raise wrong("bad_batch_format", form=safe(form), forms=", ".join(FORMS))
    await look(paths, output)
    async with reader_of(paths) as reader:
        tasks = await _tasks(reader, await foretold(paths, reader), batch)
        names = _chosen(chosen, columns(task.spec for task in tasks))
        lines = await lines_of(tasks, reader, recipe)
    done = ended(task.standing for task in tasks)
    partial = say("partial", done=f"{done:,}", count=f"{len(tasks):,}") if done < len(tasks) else ""
    parts = written(lines, names, form, partial)
    if out is None:
        sys.stdout.writelines(parts)
        sys.stdout.flush()
    else:
        await write_out(out, parts)
    if partial:
        output.note(partial)
    return Exit.COMPLETED


async def _tasks(reader: Reader, told: Foretold, batch: str) -> list[StoredTask]:
    every = await reader.scan()
    found = [told.task(task) for task in every if task.spec.batch == batch]
    if not found:
        names = dict.fromkeys(task.spec.batch for task in every if task.spec.batch)
        raise wrong("unknown_batch", batch=safe(batch), names=safe(", ".join(names)))
    return found


def _chosen(asked: str, there: Sequence[str]) -> Sequence[str]:
    names = [name.strip() for name in asked.split(",") if name.strip()]
    if unknown := [name for name in names if name not in there]:
        raise wrong("no_column", names=safe(", ".join(unknown)), columns=safe(", ".join(there)))
    return names or there
