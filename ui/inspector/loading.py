"""Reading about a task without ever showing what belongs to another: one read at a time, stale ones dropped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Generic, TypeVar

from engine.face import DroverError, TaskId

T = TypeVar("T")


class Loader(Generic[T]):
    """Keeps what is shown of one task as new as it is asked for.

    While a read is under way, newer wishes for the same task are merged into one that follows it. A read for a task
    that is no longer wanted is thrown away when it comes.
    """

    def __init__(
        self,
        read: Callable[[TaskId], Awaitable[T]],
        show: Callable[[T], None],
        failed: Callable[[DroverError], None],
        spawn: Callable[[Coroutine[object, object, None]], object],
    ) -> None:
        """Read by `read`, in a coroutine run by `spawn`; then call `show` or `failed`."""
        self._read = read
        self._show = show
        self._failed = failed
        self._spawn = spawn
        self._task: TaskId | None = None
        self._wanted: tuple[TaskId, object] | None = None
        self._loaded: tuple[TaskId, object] | None = None
        self._busy = False

    def want(self, task: TaskId | None, version: object) -> None:
        """Want what is so about `task` at `version`: anything that differs when a new read is worth it."""
        self._task = task
        self._wanted = None if task is None else (task, version)
        if self._wanted is not None and self._wanted != self._loaded and not self._busy:
            self._busy = True
            self._spawn(self._run())

    def forget(self) -> None:
        """Want nothing, and read anew when something is wanted again."""
        self._task, self._wanted, self._loaded = None, None, None

    async def _run(self) -> None:
        try:
            while self._task is not None and self._wanted != self._loaded:
                task, wanted = self._task, self._wanted
                await self._once(task, wanted)
        finally:
            self._busy = False

    async def _once(self, task: TaskId, wanted: tuple[TaskId, object] | None) -> None:
        try:
            value = await self._read(task)
        except DroverError as error:
            if self._task == task:
                self._loaded = wanted
                self._failed(error)
            return
        if self._task == task:
            self._loaded = wanted
            self._show(value)
