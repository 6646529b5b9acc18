"""`drover verify`: whether the saved data is sound, beside a running window too; and repairing it, alone."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

import resources
from app import settings as settings_file
from app.cli.report import Exit, Output, counted, say
from app.cli.shown import safe
from app.lock import FolderLock, Owner
from app.paths import Paths
from engine.domain.damage import Damage
from engine.domain.errors import DroverError
from engine.domain.ids import TaskId
from engine.results.names import folder_name
from engine.store.repair.start import prepare
from engine.store.repair.verify import NO_MARK, Unsound, Verification, verify

TRANSCRIPT = "transcript.md"

DOUBTS = {"older": "verify_older", NO_MARK: "verify_no_mark"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What to say of what is not sound, before it is repaired or after."""

    place: str
    """Of the store itself."""
    loses: str
    """Of the store itself, where records are gone."""
    nameless: str
    """Of a task that nobody knows any more."""
    untold: str
    """Of one of which nobody knows what was asked."""
    task: str
    """Of one that is cut back."""


FOUND = Codes(
    place="verify_place",
    loses="verify_loses",
    nameless="verify_nameless",
    untold="verify_untold",
    task="verify_task",
)
REPAIRED = Codes(
    place="repaired_place",
    loses="repaired_loses",
    nameless="repaired_nameless",
    untold="repaired_untold",
    task="repaired_task",
)


async def verify_all(paths: Paths, output: Output, *, moved: str) -> Exit:
    """Say what is sound and what is not; `moved` is the option that names the folder, where one was given."""
    found = await asyncio.to_thread(verify, paths.data)
    missing = await asyncio.to_thread(without_files, paths, found.folders)
    for each in found.unsound:
        output.emit("unsound", _line(each, FOUND), msgspec.structs.asdict(each))
    for about in found.doubts:
        output.note(say(DOUBTS[about]) if about in DOUBTS else say("verify_fork", about=about))
    if missing:
        output.note(counted("verify_missing", len(missing)))
    output.emit("result", _summary(found, moved), _fields(found, missing))
    return Exit.COMPLETED if found.sound else Exit.STORE


async def repair_all(paths: Paths, output: Output) -> Exit:
    """Do at once what a start does where damage is suspected: copy, repair, tell."""
    owner = Owner(pid=os.getpid(), kind="command", since_ms=time.time_ns() // 1_000_000)
    with FolderLock(paths.lock_file, owner):
        prepared = await asyncio.to_thread(prepare, paths.data, owner.since_ms, everything=True)
    for each in prepared.damage:
        output.emit("repaired", _line(each, REPAIRED), damage_fields(each))
    copy = next((each.quarantine for each in prepared.damage if each.quarantine), None)
    text = say("repaired_copy", folder=copy) if copy else say("repaired_nothing")
    output.emit("result", text, {"repaired": len(prepared.damage), "copy": str(copy) if copy else None})
    return Exit.COMPLETED


def without_files(paths: Paths, tasks: Sequence[tuple[TaskId, str]]) -> list[TaskId]:
    """Return the tasks that have replies and no transcript in the results folder."""
    try:
        own = settings_file.load(paths.settings_file).results_folder
    except DroverError:
        own = ""
    root = Path(own).expanduser() if own else paths.results
    return [id_ for id_, name in tasks if not (root / folder_name(id_, name) / TRANSCRIPT).exists()]


def damage_fields(damage: Damage) -> dict[str, object]:
    """Return damage as plain values."""
    return {
        "task": damage.task,
        "title": damage.title,
        "part": str(damage.part),
        "place": damage.place,
        "kept_steps": damage.kept_steps,
        "lost_records": damage.lost_records,
        "since_ms": damage.since_ms,
        "untold": damage.untold,
        "exported": damage.exported,
        "quarantine": str(damage.quarantine) if damage.quarantine else None,
    }


def _line(each: Unsound | Damage, codes: Codes) -> str:
    part = resources.text("states")[f"part.{each.part}"]
    kept, lost = counted("count_steps", each.kept_steps), counted("count_records", each.lost_records)
    if not each.task:
        said = part[:1].upper() + part[1:]
        return say(codes.loses, part=said, lost=lost) if each.lost_records else say(codes.place, part=said)
    if each.exported:
        return say(codes.nameless, id=each.task, part=part)
    if each.untold:
        return say(codes.untold, id=each.task, part=part, kept=kept, lost=lost)
    return say(codes.task, id=each.task, title=safe(each.title)[:60], part=part, kept=kept, lost=lost)


def _summary(found: Verification, moved: str) -> str:
    if not found.sound:
        return counted("verify_unsound", len(found.unsound), folder=moved)
    return say(
        "verify_sound",
        tasks=counted("count_tasks", found.tasks),
        records=counted("count_records", found.records),
        attempts=counted("count_requests", found.attempts),
        open_attempts=found.open_attempts,
    )


def _fields(found: Verification, missing: Sequence[TaskId]) -> dict[str, object]:
    return {
        "sound": found.sound,
        "tasks": found.tasks,
        "records": found.records,
        "attempts": found.attempts,
        "open_attempts": found.open_attempts,
        "unsound": len(found.unsound),
        "lost_records": sum(each.lost_records for each in found.unsound),
        "doubts": list(found.doubts),
        "without_files": list(missing),
    }
