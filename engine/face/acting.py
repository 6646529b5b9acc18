"""What a person does with tasks: add, start, pause, resume, cancel, retry, edit, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.ids import TaskId
    from engine.domain.states import TimeLevel
    from engine.domain.task import TaskSpec
    from engine.domain.where import Where


class Acting(Protocol):
    """See `engine.face.Engine`."""

    async def submit(self, specs: Sequence[TaskSpec], *, paused: bool = False) -> tuple[TaskId, ...]:
        """Create tasks, durable on return, all or none; raises `InvalidSpecError`, PRICE_UNKNOWN, UNKNOWN_PROVIDER.

        An error of the store means that they are kept in memory, and appear when it is mended.
        """
        ...

    def start(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Let PENDING tasks go next (and consent to those that await it); start those added paused."""
        ...

    def pause(self, ids: Sequence[TaskId], *, now: bool = False) -> tuple[TaskId, ...]:
        """Pause after the step in flight, or now: the attempt is cut and counts as spent until corrected."""
        ...

    def resume(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Go on from the last durable step; consent to a new attempt where one is unknown; grant time to TIMEOUT.

        Also takes back a pause that has not taken effect.
        """
        ...

    def cancel(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """End tasks for good; what they have is kept."""
        ...

    def retry(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Try FAILED and TIMEOUT tasks again from the last durable step."""
        ...

    def extend(self, task: TaskId, level: TimeLevel, seconds: float | None) -> None:
        """Let a deadline that runs have `seconds` more; None lifts it.

        Recorded as a grant: it holds for as long as its level does, over retries and restarts.
        Raises NOT_POSSIBLE where it does not run (any more), TIME_LIMIT_OUT_OF_RANGE.
        """
        ...

    def set_deadline(self, batch: str, at_ms: int | None) -> None:
        """Let a batch be done by this wall time, or by none; what runs of it hears at once.

        What is not done by then is TIMEOUT(batch). Resumed while the batch's time is over, a task goes on without it,
        by a recorded grant. Raises TIME_LIMIT_OUT_OF_RANGE.
        """
        ...

    def deadline_of(self, batch: str) -> int | None:
        """Return the wall time by which a batch is to be done, or None."""
        ...

    async def delete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Take tasks at rest out of every view, durable on return; what they spent stays counted.

        `undelete` takes them back for 30 days; then their replies are dropped.
        """
        ...

    async def undelete(self, ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Take deleted tasks back into view, durable on return; returns those that were deleted."""
        ...

    async def edit(self, task: TaskId, spec: TaskSpec) -> None:
        """Change what was asked of a task at rest, durable on return; raises `InvalidSpecError`."""
        ...

    def pause_all(self, *, now: bool = False) -> tuple[TaskId, ...]:
        """Pause everything that runs or waits."""
        ...

    def resume_all(self) -> tuple[TaskId, ...]:
        """Resume everything PAUSED, and consent to what awaits it; FAILED and TIMEOUT stay."""
        ...

    def resume_interrupted(self, *, consent: bool = True) -> tuple[TaskId, ...]:
        """Resume what an earlier end of the program stopped: by a person's yes, or by a setting (`consent` False).

        Without consent, a task with an attempt whose end is unknown and that may have been billed stays.
        """
        ...

    def offered(self) -> tuple[TaskId, ...]:
        """Return the tasks that a limit or a fence stopped and that it would not stop any more, in order."""
        ...

    def resume_offered(self) -> tuple[TaskId, ...]:
        """Resume what a limit or a fence stopped and would not stop any more (`Totals.offered`): a person's yes."""
        ...

    def move(self, ids: Sequence[TaskId], where: Where) -> tuple[TaskId, ...]:
        """Move tasks that wait, or will when they are resumed, in the queue; they keep their order among each other."""
        ...

    def move_before(self, ids: Sequence[TaskId], other: TaskId | None) -> tuple[TaskId, ...]:
        """Move tasks that wait before another one that does; None is behind all of them."""
        ...

    def try_now(self, provider: str) -> None:
        """Try a provider that does not answer at once, not at its next turn; nothing to do for one that does."""
        ...

    def key_changed(self, provider: str) -> None:
        """Let a provider be asked again that refused its key; what it stopped is offered to resume."""
        ...

    def providers_changed(self) -> None:
        """Heed at once how providers are set up now: limits hold for those that wait, what was away is tried."""
        ...

    def set_running_limit(self, limit: int) -> None:
        """Set how many tasks run at the same time, from now on."""
        ...
