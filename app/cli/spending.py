"""`drover spend`: where money went, by day, model, provider or batch, from the store's own sums."""

from __future__ import annotations

import functools

import msgspec

from app.cli.looking import foretold, look, reader_of
from app.cli.report import Exit, Output, counted, say, wrong
from app.cli.shown import dollars, safe
from app.composition import Program
from engine.cost.prices import saved_a_token
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.money import plain
from engine.domain.outlay import By, Outlay, Outlays, done_by_batch, grouped, with_savings
from engine.domain.states import State

WIDTH = 40


async def spend(program: Program, by: str, output: Output) -> Exit:
    """Show it; the lines come to what `drover budget` says was spent of everything."""
    if by not in set(By):
        raise wrong("bad_way", way=safe(by))
    seen = await look(program.paths, output)
    found = await _outlays(program)
    for each in grouped(found.rows, By(by)):
        output.emit("spent", _line(each.name(By(by)), each), {"by": by, "name": each.name(By(by)), **_fields(each)})
    whole, done = found.whole, found.all_done
    for (provider, model), number in sorted(found.differing.items()):
        told = counted("differing", number, provider=safe(provider), model=safe(model))
        output.emit("differing", told, {"provider": provider, "model": model, "attempts": number})
    fields = _fields(whole) | {
        "completed_tasks": done.tasks,
        "completed_usd": plain(done.cost),
        "each_completed_usd": None if done.each is None else plain(done.each),
        "damage": msgspec.to_builtins(seen),
    }
    output.emit("result", _line(say("spent_all"), whole), fields)
    if done.each is not None:
        output.note(counted("each_done", done.tasks, each=plain(done.each)))
    return Exit.COMPLETED


async def _outlays(program: Program) -> Outlays:
    try:
        async with reader_of(program.paths) as reader:
            told = await foretold(program.paths, reader)
            tasks = [told.task(task) for task in await reader.scan()]
            rows, differing = told.outlays(await reader.outlays()), await reader.differing()
    except DroverError as error:
        if error.code is not ErrorCode.NOT_A_STORE or program.paths.data.exists():
            raise
        return Outlays()
    done = ((task.spec.batch, task.standing.spent) for task in tasks if task.standing.state is State.COMPLETED)
    return Outlays(
        rows=with_savings(rows, functools.partial(saved_a_token, program.prices)),
        done=dict(done_by_batch(done)),
        differing=dict(differing),
    )


def _line(name: str, each: Outlay) -> str:
    shown = safe(name)[:WIDTH] or say("spent_nowhere")
    parts = [counted("spent_requests", each.attempts), say("spent_tokens", input=each.input, output=each.output)]
    if each.cached:
        parts.append(say("spent_cached", percent=f"{each.cache_share:.0%}", saved=plain(each.saved)))
    return f"{shown:<{WIDTH}} {dollars(each.cost)} {', '.join(parts)}"


def _fields(each: Outlay) -> dict[str, object]:
    return {
        "spent_usd": plain(each.cost),
        "requests": each.attempts,
        "input_tokens": each.input,
        "cached_tokens": each.cached,
        "output_tokens": each.output,
        "reasoning_tokens": each.reasoning,
        "cache_saved_usd": plain(each.saved),
    }
