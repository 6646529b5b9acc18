"""What a person says into a task while it goes on: instructions, and the word on a reply that waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.domain.ids import AttemptId, TaskId
    from engine.domain.review import Review


class Steering(Protocol):
    """See `engine.face.Engine`. All is durable on return; raises TEXT_EMPTY, TEXT_TOO_LONG, TEXT_NOT_UNICODE."""

    async def instruct(self, task: TaskId, text: str) -> None:
        """Tell a task something for its next step: the next request says it, and later ones repeat it.

        It stays with that step, over retries, and is gone with it where the task goes back. Raises NOT_POSSIBLE.
        """
        ...

    async def review(self, task: TaskId) -> Review:
        """Return what waits for a word, and what a yes leads to; raises REVIEW_OVER where nothing does."""
        ...

    async def approve(self, task: TaskId, attempt: AttemptId) -> None:
        """Let a task go on from the reply of `attempt`; raises REVIEW_OVER where that does not wait for it any more."""
        ...

    async def amend(self, task: TaskId, attempt: AttemptId, text: str) -> None:
        """Let it go on with `text` in the place of the reply, which stays in the record; raises REVIEW_OVER."""
        ...

    async def reject(self, task: TaskId, attempt: AttemptId, instruction: str) -> None:
        """Have the step made again with an instruction; the reply stays, superseded and paid. Raises REVIEW_OVER."""
        ...
