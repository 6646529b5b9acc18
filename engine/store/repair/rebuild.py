"""Writes what holds of tasks into a store: into a new one all of them, into the old one those that are damaged.

A task goes on from the last record that holds; a note says so, and what the records behind it cost stays counted: the
tables of attempts and spending outlive a broken chain. Of two sums that should be the same the larger one counts.
"""

from __future__ import annotations

from msgspec.structs import replace

from engine.domain.damage import Damage
from engine.domain.errors import ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.states import State, Wanted
from engine.domain.step import AttemptStatus, Note, NoteKind, Outcome
from engine.domain.task import Standing, TaskSpec
from engine.store.chain import origin
from engine.store.codec import pack
from engine.store.database import Database
from engine.store.fold import COMPARED
from engine.store.repair.attempts import (
    ATTEMPT,
    OPEN,
    AttemptRow,
    Key,
    Sum,
    attempts_by,
    cost_of,
    key_of,
    status_of,
    sums_by,
)
from engine.store.repair.remains import SETTINGS, Remains, TaskRow
from engine.store.repair.tables import Tables
from engine.store.rows import PLACES, Rows, sha256

TABLES_OF_A_TASK = {
    "attempt": f"record BETWEEN ?1 * {PLACES} AND ?1 * {PLACES} + {PLACES - 1}",
    "standing": "no = ?1",
    "record": f"id BETWEEN ?1 * {PLACES} AND ?1 * {PLACES} + {PLACES - 1}",
    "task": "no = ?1",
}
UNTOLD = TaskSpec(goal="", provider="", model="")
"""In place of settings that cannot be read."""


class Rebuilding:
    """One repair, inside one transaction of the caller's with foreign keys deferred."""

    def __init__(self, target: Database, tables: Tables, at_ms: int, seq: int) -> None:
        """Write to `target`, on behalf of a store that had these tables and `seq` records."""
        self._target = target
        self._tables = tables
        self._at_ms = at_ms
        self._seq = seq
        self._cut: dict[Key, Sum] = {}
        """Attempts whose records are cut off and that ended: in `spending`, where that can be read."""
        self._added: dict[Key, Sum] = {}
        """What no sum of spending has yet: holds of attempts that are cut off while they were open."""
        self._known: dict[Key, Sum] = {}
        """What the records that hold come to."""

    def remove(self, no: int) -> None:
        """Take all rows of a task away, to be put anew."""
        for table, where in TABLES_OF_A_TASK.items():
            self._target.execute(f"DELETE FROM {table} WHERE {where}", (no,))  # noqa: S608 - constants alone

    def put(self, found: Remains) -> Damage | None:
        """Write what holds of a task; return what is lost of it, if anything is wrong."""
        if found.task.decoded() is None:
            return self._bury(found)
        for key, more in sums_by(found.records).items():
            self._known[key] = self._known.get(key, Sum()).plus(more)
        self._rows(found, found.task)
        if found.cut or SETTINGS in found.wrong:
            return self._cut_back(found)
        if not found.wrong:
            return None
        return Damage(
            task=found.task.id, title=_title(found), place=found.place, kept_steps=_steps(found), repaired=True
        )

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
        for key in {**self._known, **self._cut}:
            known = self._known.get(key, Sum()).plus(self._cut.get(key, Sum()))
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
        kept = not found.cut and not any(each.startswith("standing") for each in found.wrong)
        standing = found.packed if kept else pack(_standing(found))
        execute(
            "INSERT INTO standing (no, standing, records, head, seq, open) VALUES (?, ?, ?, ?, ?, ?)",
            (task.no, standing, len(found.rows), found.head or origin(task.id), found.seq, first_open),
        )

    def _cut_back(self, found: Remains) -> Damage:
        """Say in the journal that it goes on from here, with all money that was counted."""
        rows, task = self._writing(), found.task.id
        standing = _standing(found)
        for outcome in self._lost_replies(found):
            standing = replace(standing, spent=standing.spent + outcome.cost)
            rows.append(outcome, standing)
        extra = self._extra(found, standing)
        standing = replace(
            standing,
            state=State.FAILED,
            reason=str(ErrorCode.STORE_DAMAGED),
            detail=found.place,
            wanted=Wanted.NOTHING,
            spent=standing.spent + extra,
            assumed=standing.assumed + extra,
            step_s=0.0,
            window_s=0.0,
            ended_at_ms=self._at_ms,
        )
        note = Note(
            task=task,
            kind=NoteKind.RECOVERED,
            code=str(extra),
            figures={"step": standing.steps_done, "records": found.lost},
            at_ms=self._at_ms,
            spec_sha256=sha256(found.task.spec),
        )
        rows.append(note, standing)
        self._seq = rows.seq
        return Damage(
            task=task,
            title=_title(found),
            place=found.place,
            kept_steps=standing.steps_done,
            lost_records=found.lost,
            repaired=True,
        )

    def _bury(self, found: Remains) -> Damage:
        """Keep of a task whose settings are gone what it cost: as a deleted one."""
        task = TaskRow(
            no=found.no,
            id=found.task.id or TaskId(f"lost-{found.no}"),
            position=found.task.position,
            batch=found.task.batch,
            spec=pack(UNTOLD),
            deleted_at=self._at_ms,
        )
        empty = Remains(task, attempts=found.attempts, counted=max(found.counted, len(found.rows)), seq=found.seq)
        empty.standing = found.standing
        empty.cut = found.place
        self._rows(empty, task)
        lost = self._cut_back(empty)
        return Damage(
            task=task.id,
            title=task.id,
            place=found.place,
            kept_steps=_steps(found),
            lost_records=lost.lost_records,
            repaired=True,
            exported=True,
        )

    def _writing(self) -> Rows:
        rows = Rows(self._target)
        rows.seq = max(rows.seq, self._seq)
        return rows

    def _lost_replies(self, found: Remains) -> list[Outcome]:
        """Return how attempts ended whose reply is cut off and of which it is known what it cost."""
        ended = {row[0]: row for row in found.attempts if status_of(row) != OPEN}
        return [
            Outcome(
                task=found.task.id,
                step=row[2],
                attempt=AttemptId(row[1]),
                status=AttemptStatus.FAILED,
                cost=cost_of(ended[row[0]]),
                error=str(ErrorCode.STORE_DAMAGED),
                at_ms=self._at_ms,
            )
            for row in attempts_by(found.no, found.records)
            if status_of(row) == OPEN and row[0] in ended
        ]

    def _extra(self, found: Remains, standing: Standing) -> int:
        """Return the pico of a task that no record tells any more, and count them where they count."""
        kept = {row[0]: row for row in attempts_by(found.no, found.records)}
        extra = 0
        for row in found.attempts:
            if row[0] > found.last:
                extra += cost_of(row)
                self._count(row)
            elif row[0] in kept and status_of(kept[row[0]]) != OPEN:
                extra += max(0, cost_of(row) - cost_of(kept[row[0]]))
        if found.standing is not None and found.standing.spent > standing.spent + extra:
            self._unexplained(found, found.standing.spent - standing.spent - extra)
            extra = found.standing.spent - standing.spent
        return extra

    def _count(self, row: AttemptRow) -> None:
        sums = self._added if status_of(row) == OPEN else self._cut
        sums[key_of(row)] = sums.get(key_of(row), Sum()).plus(Sum(attempts=1, cost=cost_of(row)))

    def _unexplained(self, found: Remains, amount: int) -> None:
        """Count money of a task that only its standing still tells, where the sums of spending are torn too."""
        if "spending" not in self._tables.torn:
            return
        last = found.attempts[-1] if found.attempts else None
        key = key_of(last) if last else ("", found.task.batch, "", "")
        self._added[key] = self._added.get(key, Sum()).plus(Sum(cost=amount))


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


def _title(found: Remains) -> str:
    spec = found.task.decoded()
    return spec.name if spec is not None else found.task.id


def _steps(found: Remains) -> int:
    return found.fold.standing.steps_done
