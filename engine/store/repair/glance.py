"""What of a store is seen at once not to be sound: for whoever only reads it, beside a running window or alone."""

from __future__ import annotations

from pathlib import Path

import apsw
import msgspec

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.store import suspects, watermark
from engine.store.connection import as_store_errors, open_probe
from engine.store.repair.quarantine import DATABASE
from engine.store.repair.survey import Survey, survey
from engine.store.watermark import Watermark


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """What a start would find by looking at heads, and what a running program found."""

    lost_records: int = 0
    """Records at the end that were known durable and are not there."""
    tasks: tuple[TaskId, ...] = ()
    """Those that are damaged."""
    unreadable: bool = False
    """Whether a page cannot be read."""
    unmarked: bool = False
    """Whether the watermark does not hold: nothing else is known to be wrong by that."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self == Glance()


def glance(folder: Path) -> Glance:
    """Look at a store without changing it; raises `DroverError` where it cannot be opened at all."""
    mark, file = watermark.read(folder), folder / DATABASE  # the mark first: it is never ahead of the database
    unmarked = watermark.is_damaged(folder)
    if not file.exists():
        return Glance(lost_records=mark.seq if mark else 0, unmarked=unmarked)
    found = _surveyed(file, mark)
    suspected = {task for task in suspects.read_suspects(folder) if task}
    return Glance(
        lost_records=found.lost,
        tasks=tuple(sorted(suspected | _names(file, found.suspects))),
        unreadable=bool(found.pages),
        unmarked=unmarked,
    )


def _surveyed(file: Path, mark: Watermark | None) -> Survey:
    """Look at heads; where a watermark counts records, what is no store any more was one, and is damaged."""
    try:
        return survey(file, everything=False, mark=mark)
    except DroverError as error:
        if error.code is ErrorCode.NOT_A_STORE and mark is not None and mark.hash:
            raise DroverError(ErrorCode.STORE_DAMAGED, error.detail) from error
        raise


def _names(file: Path, numbers: set[int]) -> set[TaskId]:
    if not numbers:
        return set()
    with as_store_errors():
        connection = open_probe(file)
    try:
        rows = connection.execute("SELECT no, id FROM task")
        return {id_ for no, id_ in rows if no in numbers}
    except apsw.Error:  # told as a page that cannot be read
        return set()
    finally:
        connection.close()
