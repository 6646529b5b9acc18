"""A task's checkpoints: listed, compared, restored, forked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.difference import Difference
    from engine.domain.ids import TaskId
    from engine.domain.step import Checkpoint, Fork
    from engine.domain.task import TaskSpec
    from engine.runtime.rooms import Rooms


class Branching:
    """See `engine.face.branching`."""

    def __init__(self, rooms: Rooms) -> None:
        """Answer for `rooms`."""
        self._rooms = rooms

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """See `Branching`."""
        with self._rooms.damages.named(task):
            return await self._rooms.lineage.checkpoints(task)

    async def restore(self, task: TaskId, step: int) -> None:
        """See `Branching`."""
        with self._rooms.damages.named(task):
            await self._rooms.lineage.restore(task, step)

    async def fork(self, task: TaskId, step: int, spec: TaskSpec, *, paused: bool = True) -> TaskId:
        """See `Branching`."""
        with self._rooms.damages.named(task):
            return await self._rooms.lineage.fork(task, step, spec, paused=paused)

    async def parent(self, task: TaskId) -> Fork | None:
        """See `Branching`."""
        return await self._rooms.lineage.parent(task)

    async def difference(self, task: TaskId, first: int, second: int) -> Difference:
        """See `Branching`."""
        with self._rooms.damages.named(task):
            return await self._rooms.lineage.difference(task, first, second)
