"""A small file in the folder: tasks that were found damaged while the program ran, for the next start to repair.

A start looks at the heads of all tasks and no further; where this file is, it looks at everything.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.domain.ids import TaskId
from engine.store.atomic import replace_file

NAME = "suspects"

logger = logging.getLogger("drover.store")


def write_suspects(folder: Path, tasks: Sequence[TaskId]) -> None:
    """Add tasks to those suspected; where that fails, the next check finds them again."""
    try:
        replace_file(folder / NAME, msgspec.json.encode(sorted({*read_suspects(folder), *tasks})))
    except OSError as error:
        logger.warning("damaged tasks could not be remembered: %s", error)


def read_suspects(folder: Path) -> tuple[TaskId, ...]:
    """Return the tasks suspected; one without a name where the file cannot be read."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=tuple[TaskId, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError):
        return (TaskId(""),)
