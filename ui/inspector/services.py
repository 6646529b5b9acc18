"""What the inspector asks of the world: injected, so that it runs with fakes and never touches the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from engine.face import Answer, LogEntry, StepRecord, TaskId, TaskSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorServices:
    """Reads are awaited on the window's loop and may raise `DroverError`."""

    answer: Callable[[TaskId], Awaitable[Answer]]
    steps: Callable[[TaskId], Awaitable[tuple[StepRecord, ...]]]
    log: Callable[[TaskId], Awaitable[tuple[LogEntry, ...]]]
    on_edit: Callable[[TaskId, TaskSpec], Awaitable[None]]
    """Change what was asked of a task; durable on return; raises `InvalidSpecError` or another `DroverError`."""
    open_path: Callable[[Path], None]
    """Show a file or folder with the system's own program."""
    spawn: Callable[[Coroutine[object, object, None]], object]
    """Run a coroutine on the loop and keep a reference to it."""
