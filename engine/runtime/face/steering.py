"""What a person says into a task while it goes on: instructions, and the word on a reply that waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.ids import AttemptId, TaskId
    from engine.domain.review import Review
    from engine.runtime.rooms import Rooms


class Steering:
    """See `engine.face.steering`."""

    def __init__(self, rooms: Rooms) -> None:
        """Answer for `rooms`."""
        self._rooms = rooms

    async def instruct(self, task: TaskId, text: str) -> None:
        """See `Steering`."""
        self._rooms.acts.finish()
        await self._rooms.steering.instruct(task, text)

    async def review(self, task: TaskId) -> Review:
        """See `Steering`."""
        with self._rooms.damages.named(task):
            return await self._rooms.steering.review(task)

    async def approve(self, task: TaskId, attempt: AttemptId) -> None:
        """See `Steering`."""
        self._rooms.acts.finish()
        await self._rooms.steering.approve(task, attempt)

    async def amend(self, task: TaskId, attempt: AttemptId, text: str) -> None:
        """See `Steering`."""
        self._rooms.acts.finish()
        await self._rooms.steering.amend(task, attempt, text)

    async def reject(self, task: TaskId, attempt: AttemptId, instruction: str) -> None:
        """See `Steering`."""
        self._rooms.acts.finish()
        await self._rooms.steering.reject(task, attempt, instruction)
