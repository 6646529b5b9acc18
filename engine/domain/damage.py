"""What was found damaged: which task, where, what of it holds, and where the copy of the damaged files lies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.domain.ids import TaskId

STORE = TaskId("")
"""In place of a task: what belongs to none, such as the end of the journal or a limit."""


class Part(StrEnum):
    """What of a task, or of the store itself, is damaged."""

    RECORDS = "records"
    STANDING = "standing"
    SETTINGS = "settings"
    CHANGED = "changed"
    ATTEMPTS = "attempts"
    END = "end"
    MARK = "mark"
    DATABASE = "database"
    BEGINNING = "beginning"
    TABLE = "table"
    SPENDING = "spending"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One task, or the store itself, of which not everything can be read."""

    task: TaskId
    title: str
    """What to call the task, as far as it can be read; hostile text."""
    part: Part = Part.RECORDS
    place: str
    """Where, for the log: "record 12", a table, SQLite's own words."""
    kept_steps: int = 0
    """Steps that hold: the last good point."""
    lost_records: int = 0
    """Records that do not; 0 when nothing of the journal is lost."""
    since_ms: int | None = None
    """Wall time after which records are missing, where that is known."""
    repaired: bool = False
    """Whether the last good point is in use; else the task is only stopped, and the next start repairs it."""
    untold: bool = False
    """Whether nobody knows any more what was asked: the task is kept with its cost, as failed for good."""
    exported: bool = False
    """Whether its replies could not be kept in it: what is readable of them lies beside the copy as Markdown."""
    quarantine: Path | None = None
    """Folder with the copy of the damaged files, where one was made."""
