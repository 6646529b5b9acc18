"""A task's checkpoints: listed, compared, restored, forked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.domain.difference import Difference
    from engine.domain.ids import TaskId
    from engine.domain.step import Checkpoint, Fork
    from engine.domain.task import TaskSpec


class Branching(Protocol):
    """See `engine.face.Engine`."""

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """Return the points the task can be restored to or forked from, by step."""
        ...

    async def restore(self, task: TaskId, step: int) -> None:
        """Take a task at rest back to a checkpoint, PAUSED and durable on return; what later steps cost stays spent.

        They are kept, as superseded. Raises NOT_POSSIBLE, NO_CHECKPOINT, and STORE_DAMAGED where its context is not
        the one that was.
        """
        ...

    async def fork(self, task: TaskId, step: int, spec: TaskSpec, *, paused: bool = True) -> TaskId:
        """Create a task that goes on from another's checkpoint, as `spec` says; durable on return.

        It has the replies up to there, which the other paid, and counts its steps on from `step`. Raises
        `InvalidSpecError` (also where no step is left), and what `restore` raises but NOT_POSSIBLE.
        """
        ...

    async def parent(self, task: TaskId) -> Fork | None:
        """Return where a fork comes from; None for any other task."""
        ...

    async def difference(self, task: TaskId, first: int, second: int) -> Difference:
        """Return what lies between two checkpoints, by their steps, the earlier first; raises NO_CHECKPOINT."""
        ...
