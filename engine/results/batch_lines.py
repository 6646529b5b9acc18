"""The lines of a batch's table, read from the store task by task: beside whoever writes it, and while tasks run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.task import RecipeName
from engine.recipes.port import Recipe
from engine.results.batch_table import Line
from engine.store.port import StoredTask, StoreReader

READABLE = frozenset({ErrorCode.TEXT_DROPPED, ErrorCode.STORE_DAMAGED, ErrorCode.UNKNOWN_TASK})
"""Why one task has no answer, which keeps no other from having its own."""


async def lines_of(
    tasks: Sequence[StoredTask], reader: StoreReader, recipe: Callable[[RecipeName], Recipe]
) -> tuple[Line, ...]:
    """Return a line for each task, in order, with the answer as far as it is."""
    return tuple([await _line(task, reader, recipe) for task in tasks])


async def _line(task: StoredTask, reader: StoreReader, recipe: Callable[[RecipeName], Recipe]) -> Line:
    answer = ""
    if task.standing.steps_done:
        try:
            answer = recipe(task.spec.recipe).answer(task.spec, await reader.replies(task.id))
        except DroverError as error:
            if error.code not in READABLE:
                raise
    return Line(id=task.id, spec=task.spec, standing=task.standing, answer=answer)
