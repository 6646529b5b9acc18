"""A task's result, as it is shown and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a task is for, as far as it has come."""

    text: str
    """Markdown; hostile text."""
    steps: int
    """Steps it stands on."""
    final: bool
    """Whether the task is completed."""
    folder: Path
    """Where the answer and the transcript are as files."""
