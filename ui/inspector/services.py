"""What the inspector asks of the world: injected, so that it runs with fakes and never touches the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from engine.face import (
    Answer,
    AttemptId,
    Checkpoint,
    Difference,
    Foresight,
    LogEntry,
    Steering,
    StepRecord,
    TaskId,
    TaskSnapshot,
    TaskSpec,
    TimeLevel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorServices:
    """Reads are awaited on the window's loop and may raise `DroverError`."""

    answer: Callable[[TaskId], Awaitable[Answer]]
    steps: Callable[[TaskId], Awaitable[tuple[StepRecord, ...]]]
    log: Callable[[TaskId], Awaitable[tuple[LogEntry, ...]]]
    checkpoints: Callable[[TaskId], Awaitable[tuple[Checkpoint, ...]]]
    difference: Callable[[TaskId, int, int], Awaitable[Difference]]
    """Of two checkpoints, by the steps at which they were taken."""
    restore: Callable[[TaskSnapshot, int], object]
    """Let the person confirm that a task goes back to a step."""
    fork: Callable[[TaskSnapshot, int], object]
    """Let the person make a task that goes on from a step."""
    foresee: Callable[[TaskId], Awaitable[Foresight]]
    """What it will come to."""
    correct: Callable[[TaskId, AttemptId, int], Awaitable[None]]
    """Count an attempt at an amount (pico) from now on; durable on return."""
    ask_provider: Callable[[TaskId, AttemptId], Awaitable[int | None]]
    """Ask what an attempt was billed, and count it at that; None where the provider does not tell."""
    can_ask: Callable[[str, str], bool]
    """Whether a provider, by name, can be asked about a request, by its own id of it, which may be empty."""
    extend: Callable[[TaskId, TimeLevel, float | None], None]
    """Let a deadline that runs have seconds more, or none; raises `DroverError` where it ended meanwhile."""
    steering: Steering
    """What a person says into a task, and decides on a reply."""
    resume: Callable[[TaskId], object]
    """Let a task go on: consent to another attempt."""
    on_edit: Callable[[TaskId, TaskSpec], Awaitable[None]]
    """Change what was asked of a task; durable on return; raises `InvalidSpecError` or another `DroverError`."""
    open_path: Callable[[Path], None]
    """Show a file or folder with the system's own program."""
    spawn: Callable[[Coroutine[object, object, None]], object]
    """Run a coroutine on the loop and keep a reference to it."""
