"""A forecast that tells nothing: for parts of the window that are tested without an engine."""

from engine.face import Foresight, TaskId


async def nothing_foreseen(task: TaskId) -> Foresight:
    """Know nothing."""
    del task
    return Foresight()
