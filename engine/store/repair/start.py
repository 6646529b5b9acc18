"""What happens to a store before its writer opens it: nothing where it is sound, else copied aside, repaired, told.

Where the pages can be read, the damaged tasks are cut back in place, in one transaction. Where not, all that can be
read goes into a new file, which takes the old one's place when it is whole and checked. Whatever fails on the way
leaves the store as it was, and the start says so and where the copy lies.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import apsw

from engine.domain.damage import STORE, Damage, Part
from engine.domain.errors import DroverError, ErrorCode
from engine.store import suspects, watermark
from engine.store.atomic import sync_folder
from engine.store.connection import as_store_errors, open_probe, open_writer
from engine.store.database import Database
from engine.store.log import renew_log
from engine.store.repair.beginning import readable
from engine.store.repair.export import export
from engine.store.repair.quarantine import DATABASE, quarantine, write_report
from engine.store.repair.rebuild import Rebuilding
from engine.store.repair.remains import Remains, remains_of
from engine.store.repair.survey import Survey, mark_of, survey
from engine.store.repair.tables import tables_of

logger = logging.getLogger("drover.store")

SALVAGED = f"{DATABASE}.salvaged"
"""A new database that is whole: it only has to take the old one's place."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found and done."""

    damage: tuple[Damage, ...] = ()
    lost: int = 0


def prepare(folder: Path, now_ms: int, *, everything: bool = False) -> Prepared:
    """See that a store can be opened, and repair it where not; the caller holds the folder's lock.

    Raises:
        DroverError: STORE_UNREADABLE, it cannot be repaired, and the detail is where the copy lies; DISK_FULL and
            FOLDER_NOT_WRITABLE, no copy can be made; NOT_A_STORE, STORE_TOO_NEW. Nothing is changed then.
    """
    with as_store_errors():
        _take_place(folder)
        renew_log(folder / f"{DATABASE}-wal")
        found = _look(folder, everything=everything or bool(suspects.read_suspects(folder)))
        if found.sound:
            (folder / suspects.NAME).unlink(missing_ok=True)
            return Prepared()
        target = quarantine(folder, now_ms)
        damage = [_tail(found)] if found.lost else []
        damage += [_of_store(Part.MARK, "the watermark")] if found.unmarked else []
        with _refused(target):
            if found.pages:
                damage += _salvage(folder, target, now_ms)
            elif found.suspects:
                damage += _cut(folder / DATABASE, target, now_ms, found.suspects)
            _mark(folder)
        told = tuple(replace(each, quarantine=target) for each in damage)
        write_report(target, told)
        (folder / suspects.NAME).unlink(missing_ok=True)
        for each in told:
            logger.error(
                "damage: %s %s; the files as they were lie in %s", each.task or "the store", each.place, target
            )
        return Prepared(damage=told, lost=found.lost)


def _look(folder: Path, *, everything: bool) -> Survey:
    """Look at the heads of all tasks; where one thing is wrong, at everything, so that all is repaired at once."""
    found = _looked(folder, everything=everything)
    return found if found.sound or everything else _looked(folder, everything=True)


def _looked(folder: Path, *, everything: bool) -> Survey:
    found = _surveyed(folder, everything=everything)
    found.unmarked = watermark.is_damaged(folder)
    return found


def _surveyed(folder: Path, *, everything: bool) -> Survey:
    file, mark = folder / DATABASE, watermark.read(folder)
    if not file.exists() or not file.stat().st_size:  # SQLite begins anew then, whatever a log beside it has
        return Survey(lost=mark.seq, since_ms=mark.at_ms or None) if mark else Survey()
    try:
        return survey(file, everything=everything, mark=mark)
    except DroverError as error:
        ours = mark is not None and bool(mark.hash)
        if error.code is ErrorCode.STORE_DAMAGED or (error.code is ErrorCode.NOT_A_STORE and ours):
            return Survey(pages=error.detail or str(error.code))
        raise


def _tail(found: Survey) -> Damage:
    return Damage(
        task=STORE,
        title="",
        part=Part.END,
        place="the end of the journal",
        lost_records=found.lost,
        since_ms=found.since_ms,
        repaired=True,
    )


def _of_store(part: Part, place: str) -> Damage:
    return Damage(task=STORE, title="", part=part, place=place, repaired=True)


@contextmanager
def _refused(target: Path) -> Generator[None]:
    """Turn whatever makes a repair fail into one error that says where the copy lies."""
    try:
        yield
    except DroverError as error:
        if error.code in {ErrorCode.DISK_FULL, ErrorCode.FOLDER_NOT_WRITABLE}:
            raise
        logger.exception("the store cannot be repaired")
        raise DroverError(ErrorCode.STORE_UNREADABLE, str(target)) from error
    except (apsw.FullError, apsw.ReadOnlyError, OSError):
        raise
    except apsw.Error as error:
        logger.exception("the store cannot be repaired")
        raise DroverError(ErrorCode.STORE_UNREADABLE, str(target)) from error


def _cut(file: Path, target: Path, now_ms: int, numbers: set[int]) -> list[Damage]:
    """Cut tasks back in place, all or none."""
    connection = open_writer(file)
    try:
        with connection:
            connection.pragma("defer_foreign_keys", value=True)
            tables = tables_of(connection)
            work = Rebuilding(connection, tables, now_ms, mark_of(connection).seq)
            found = [remains_of(connection, task) for task in tables.tasks if task.no in numbers]
            for each in found:
                _keep_readable(connection, each, target)
                work.remove(each.no)
            damage = [lost for each in found if (lost := work.put(each))]
            work.finish()
        return damage
    finally:
        connection.close()


def _salvage(folder: Path, target: Path, now_ms: int) -> list[Damage]:
    """Bring all that can be read into a new database, and put it in the old one's place."""
    part = folder / f"{SALVAGED}.part"
    _remove(part)
    with readable(folder / DATABASE, folder) as (old, lent):
        if lent and not _any_holds(old):
            raise DroverError(ErrorCode.STORE_DAMAGED, "its beginning is damaged, and nothing holds with another")
        damage = _copy_over(old, part, target, now_ms)
    if not survey(part, everything=True).sound:
        raise DroverError(ErrorCode.STORE_DAMAGED, "what was salvaged does not hold")
    _remove(part, only_beside=True)
    part.replace(folder / SALVAGED)
    sync_folder(folder)
    _take_place(folder)
    return damage


def _copy_over(old: Database, part: Path, target: Path, now_ms: int) -> list[Damage]:
    tables = tables_of(old)
    mark = watermark.read(part.parent)
    new = open_writer(part)
    try:
        with new:
            new.pragma("defer_foreign_keys", value=True)
            work = Rebuilding(new, tables, now_ms, mark.seq if mark else 0)
            damage: list[Damage] = []
            for task in tables.tasks:
                each = remains_of(old, task)
                _keep_readable(old, each, target)
                if lost := work.put(each):
                    damage.append(lost)
            work.finish()
        torn = [_of_store(Part.TABLE, table) for table in tables.torn]
        return [*torn, *damage] or [_of_store(Part.PAGE, "a page")]
    finally:
        new.close()


def _any_holds(connection: Database) -> bool:
    """Whether a record holds; where none does, what was lent as the beginning may not be this store's."""
    return any(remains_of(connection, task).rows for task in tables_of(connection).tasks)


def _keep_readable(connection: Database, found: Remains, target: Path) -> None:
    if found.exported:
        export(connection, found, target)


def _take_place(folder: Path) -> None:
    """Put a salvaged database that is whole in the old one's place, also where an earlier start was cut short."""
    salvaged = folder / SALVAGED
    if not salvaged.exists():
        return
    for suffix in ("-wal", "-shm", "-journal"):
        (folder / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    sync_folder(folder)
    salvaged.replace(folder / DATABASE)
    sync_folder(folder)
    _mark(folder)


def _remove(part: Path, *, only_beside: bool = False) -> None:
    for suffix in ("-wal", "-shm", "-journal", *(() if only_beside else ("",))):
        part.with_name(part.name + suffix).unlink(missing_ok=True)


def _mark(folder: Path) -> None:
    """Let the watermark say what the store has now: what was lost has been told."""
    if not (folder / DATABASE).exists():
        (folder / watermark.NAME).unlink(missing_ok=True)
        return
    connection = open_probe(folder / DATABASE)
    try:
        watermark.write(folder, mark_of(connection))
    finally:
        connection.close()
