"""Writes what holds of tasks into a store: into a new one all of them, into the old one those that are damaged.

A task goes on from the last record that holds; a note says so, and what the records behind it cost is told anew
(`engine.store.repair.retelling`). One whose settings are gone is kept as failed for good, with what holds of it. Of two
sums that should be the same the larger one counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from engine.domain.damage import Damage, Part
from engine.domain.errors import ErrorCode
from engine.domain.states import State, Wanted
from engine.domain.step import Intent, Note, NoteKind, Record
from engine.domain.task import Standing, TaskSpec
from engine.store.chain import origin
from engine.store.codec import pack
from engine.store.database import Database
from engine.store.fold import COMPARED
from engine.store.repair.attempts import (
    ATTEMPT,
    OPEN,
    Key,
    Sum,
    attempts_by,
    cost_of,
    key_of,
    status_of,
    sums_by,
)
from engine.store.repair.remains import Remains, TaskRow
from engine.store.repair.retelling import Money, after, is_new, retold
from engine.store.repair.tables import Tables
from engine.store.rows import PLACES, Rows, sha256

TABLES_OF_A_TASK = {
    "attempt": f"record BETWEEN ?1 * {PLACES} AND ?1 * {PLACES} + {PLACES - 1}",
    "standing": "no = ?1",
    "record": f"id BETWEEN ?1 * {PLACES} AND ?1 * {PLACES} + {PLACES - 1}",
    "task": "no = ?1",
}


class Rebuilding:
    """One repair, inside one transaction of the caller's with foreign keys deferred."""

    def __init__(self, target: Database, tables: Tables, at_ms: int, seq: int) -> None:
        """Write to `target`, on behalf of a store that had these tables and `seq` records."""
        self._target = target
        self._tables = tables
        self._at_ms = at_ms
        self._seq = seq
        self._added: dict[Key, Sum] = {}
        """What no sum of spending has yet: holds of attempts that are cut off while they were open."""
        self._known: dict[Key, Sum] = {}
        """What records come to: in `spending`, where that can be read."""

    def remove(self, no: int) -> None:
        """Take all rows of a task away, to be put anew."""
        for table, where in TABLES_OF_A_TASK.items():
            self._target.execute(f"DELETE FROM {table} WHERE {where}", (no,))  # noqa: S608 - constants alone

    def put(self, found: Remains) -> Damage | None:
        """Write what holds of a task; return what is lost of it, if anything is wrong."""
        lost, untold = lost_of(found), found.untold
        if untold:
            found = legible(found)
        cut = found.cut or untold or Part.CHANGED in found.wrong
        more = retold(found, self._at_ms) if cut else []
        self._count(found, more)
        self._rows(found, found.task)
        if cut:
            self._cut_back(found, more, untold=untold)
        return lost

    def finish(self) -> None:
        """Write the sums of spending, and the limits and fences that can be read."""
        execute = self._target.execute
        execute("DELETE FROM spending")
        for key, total in self.spending().items():
            execute("INSERT INTO spending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*key, *total.values()))
        for table, rows in (("budget", self._tables.budgets), ("fence", self._tables.fences)):
            for row in rows:
                marks = ", ".join("?" * len(row))
                execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608 - constants alone

    def spending(self) -> dict[Key, Sum]:
        """Return the sums: the larger of what was kept and what is known of attempts, and what neither had."""
        sums = dict(self._tables.spending)
        for key, known in self._known.items():
            sums[key] = sums.get(key, Sum()).at_least(known)
        for key, more in self._added.items():
            sums[key] = sums.get(key, Sum()).plus(more)
        return sums

    def _rows(self, found: Remains, task: TaskRow) -> None:
        """Write a task as it was, up to the last record that holds."""
        execute = self._target.execute
        execute(
            "INSERT INTO task (no, id, position, batch, spec, deleted_at) VALUES (?, ?, ?, ?, ?, ?)",
            (task.no, task.id, task.position, task.batch, task.spec, task.deleted_at),
        )
        for row in found.rows:
            execute(
                "INSERT INTO record (id, kind, at, header, hash, text_digest, raw_digest, text, raw)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        rows = attempts_by(task.no, found.records)
        for row in rows:
            execute(f"INSERT INTO attempt ({ATTEMPT}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        first_open = min((row[0] for row in rows if status_of(row) == OPEN), default=None)
        kept = not found.cut and Part.STANDING not in found.wrong
        standing = found.packed if kept else pack(_standing(found))
        execute(
            "INSERT INTO standing (no, standing, records, head, seq, open) VALUES (?, ?, ?, ?, ?, ?)",
            (task.no, standing, len(found.rows), found.head or origin(task.id), found.seq, first_open),
        )

    def _cut_back(self, found: Remains, more: Sequence[Money], *, untold: bool) -> None:
        """Say in the journal that it goes on from here, or no more, with all money that was counted."""
        rows, standing = self._writing(), _standing(found)
        for record in more:
            standing = after(standing, (record,))
            rows.append(record, standing)
            found.fold.add(record)
        told, extra = found.fold.standing, self._unexplained(found, standing)
        standing = replace(
            standing,
            state=State.FAILED,
            reason=str(ErrorCode.SETTINGS_LOST if untold else ErrorCode.STORE_DAMAGED),
            detail=found.place,
            wanted=Wanted.NOTHING,
            spent=standing.spent + extra,
            assumed=told.assumed + extra,
            unknown=told.unknown,
            instructions=told.instructions,
            step_attempts=_attempts_of(standing.steps_done + 1, [*found.records, *more]),
            step_s=0.0,
            window_s=0.0,
            ended_at_ms=self._at_ms,
        )
        note = Note(
            task=found.task.id,
            kind=NoteKind.RECOVERED,
            code=str(extra),
            figures={"step": standing.steps_done, "records": found.lost, "untold": float(untold)},
            at_ms=self._at_ms,
            spec_sha256=sha256(found.task.spec),
        )
        rows.append(note, standing)
        rows.flush()
        self._seq = rows.seq

    def _writing(self) -> Rows:
        rows = Rows(self._target)
        rows.seq = max(rows.seq, self._seq)
        return rows

    def _count(self, found: Remains, more: Sequence[Money]) -> None:
        """Count what a task's records come to, and what is told anew of it; no sum has yet what was in flight."""
        new = {row[1]: row for row in found.attempts if more and is_new(row, found)}
        for key, known in sums_by([*found.records, *(each for each in more if each.attempt not in new)]).items():
            self._known[key] = self._known.get(key, Sum()).plus(known)
        for row in new.values():
            key = key_of(row)
            self._added[key] = self._added.get(key, Sum()).plus(Sum(attempts=1, cost=cost_of(row)))

    def _unexplained(self, found: Remains, standing: Standing) -> int:
        """Return pico of a task that only its standing still tells; count them where the sums of spending are torn."""
        amount = max(0, found.standing.spent - standing.spent) if found.standing else 0
        if amount and "spending" in self._tables.torn:
            last = found.attempts[-1] if found.attempts else None
            key = key_of(last) if last else ("", found.task.batch, "", "")
            self._added[key] = self._added.get(key, Sum()).plus(Sum(cost=amount))
        return amount


def legible(found: Remains) -> Remains:
    """Return a task whose row cannot be read with one that says what is known of it: its id, its model, its steps."""
    last = found.attempts[-1] if found.attempts else None
    _, batch, provider, model = key_of(last) if last else ("", found.task.batch, "", "")
    spec = TaskSpec(
        goal="", title=found.name, provider=provider, model=model, batch=batch, max_steps=max(1, found.kept_steps)
    )
    row = TaskRow(
        no=found.no,
        id=found.name,
        position=found.task.position or found.no,
        batch=batch,
        spec=pack(spec),
        deleted_at=found.task.deleted_at,
    )
    return dataclasses.replace(found, task=row, head=b"" if found.exported else found.head)


def lost_of(found: Remains) -> Damage | None:
    """Return what repairing a task leaves and takes, None for one that is sound: foretold and done by this alone."""
    if not found.place:
        return None
    spec = found.task.decoded()
    return Damage(
        task=found.name,
        title=spec.name if spec is not None else found.name,
        part=found.part,
        place=found.place,
        kept_steps=found.kept_steps,
        lost_records=found.lost,
        repaired=True,
        untold=found.untold,
        exported=found.exported,
    )


def _attempts_of(step: int, records: Iterable[Record]) -> int:
    """Return how many attempts of a step there were."""
    return max((record.number for record in records if isinstance(record, Intent) and record.step == step), default=0)


def _standing(found: Remains) -> Standing:
    """Return the standing that the records come to, with what only the stored one told."""
    told, stored = found.fold.standing, found.standing or Standing()
    if not found.cut:
        exact = {name: getattr(told, name) for name in COMPARED}
        return replace(stored, **exact, reason=told.reason if told.state is not stored.state else stored.reason)
    return replace(
        told,
        active_s=stored.active_s,
        grants=stored.grants,
        created_at_ms=told.created_at_ms or stored.created_at_ms,
    )
