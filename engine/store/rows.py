"""What a record means in rows: the SQL of writing, inside whatever transaction is open.

A record's id is its task's number times `PLACES` plus its place: the records of a task lie side by side without an
index, and a table's key is the only page that an append touches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import apsw
import msgspec

from engine.domain.errors import ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.step import Checkpoint, Correction, Fork, Intent, Note, Outcome, Record
from engine.domain.task import Standing
from engine.domain.usage import Usage
from engine.store.chain import digests, fork_origin, link, origin
from engine.store.codec import Encoded, encode, pack
from engine.store.database import Database
from engine.store.port import StoredTask
from engine.store.reading import created
from engine.store.several import Several

PLACES = 1 << 24
"""Records a task can have."""

SPENT = (
    "INSERT INTO spending (day, batch, provider, model, attempts, cost, input, cached, output, reasoning)"
    " SELECT day, batch, provider, model, ?, ?, ?, ?, ?, ? FROM attempt WHERE record = ?"
    " ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts,"
    " cost = min(cost + excluded.cost, 9223372036854775807),"
    " input = input + excluded.input, cached = cached + excluded.cached, output = output + excluded.output,"
    " reasoning = reasoning + excluded.reasoning"
)
"""A sum beyond what SQLite counts to would silently become a float: it stays at the largest integer."""


DROP = (
    "UPDATE record SET text_digest = coalesce(?, text_digest), raw_digest = coalesce(?, raw_digest),"
    " text = iif(?, NULL, text), raw = iif(?, NULL, raw) WHERE id = ?"
)

OPEN = (
    "SELECT {} FROM standing CROSS JOIN attempt ON attempt.record BETWEEN standing.open"  # noqa: S608 - constants alone
    f" AND standing.no * {PLACES} + standing.records WHERE +status = 'open'"
)
"""The attempts without an outcome: `standing.open` is the first of its task. CROSS: by tasks, attempts by their key.

+: without it SQLite reads all attempts that ever were, to make an index by status.
"""


@dataclass(slots=True)
class Head:
    """Where a task's chain ends."""

    no: int
    records: int
    hash: bytes
    open: dict[AttemptId, int] = field(default_factory=dict[AttemptId, int])
    """Records of the intents that have no outcome yet."""

    @property
    def id(self) -> int:
        """Id of the last record."""
        return self.no * PLACES + self.records


class Rows:
    """Writes records and what follows from them. Forget it when a transaction did not go through."""

    def __init__(self, connection: Database) -> None:
        """Write through `connection`, which nobody else writes through."""
        self._connection = connection
        self._heads: dict[TaskId, Head] = {}
        self._several = Several(connection)
        row = connection.execute("SELECT coalesce(max(seq), 0) FROM standing").fetchone()
        self.seq: int = row[0] if row else 0
        """How many records were ever written."""
        self.last: Head | None = None
        """The task that was written to last."""

    def create(self, task: StoredTask, fork: Fork | None = None) -> None:
        """Write a new task."""
        packed = pack(task.spec)
        self.flush()
        self._connection.execute(
            "INSERT INTO task (id, position, batch, spec) VALUES (?, ?, ?, ?)",
            (task.id, task.order, task.spec.batch, packed),
        )
        (no,) = self._connection.execute("SELECT no FROM task WHERE id = ?", (task.id,)).fetchone() or (0,)
        start = origin(task.id) if fork is None else fork_origin(task.id, fork.head)
        self._heads[task.id] = Head(no, 0, start)
        self._connection.execute(
            "INSERT INTO standing (no, standing, records, head, seq) VALUES (?, ?, 0, ?, 0)", (no, b"", start)
        )
        if fork is not None:
            self.append(fork, task.standing)
        self.append(_with_digest(created(task), packed), task.standing)

    def append(self, record: Record, standing: Standing) -> None:
        """Write a record and the standing after it."""
        head, encoded = self._head(record.task), encode(record)
        payload = digests(encoded.text, encoded.raw)
        head.hash = link(head.hash, encoded.kind, encoded.at_ms, encoded.header, payload)
        head.records += 1
        self.seq += 1
        self.last = head
        if isinstance(record, Note | Checkpoint) and encoded.text is None:
            row = (head.id, encoded.kind, encoded.at_ms, encoded.header, head.hash)
            self._several.put(row, (head.no, *self._after(head, standing)))
            return
        self.flush()
        self._insert(head, encoded)
        if isinstance(record, Intent):
            self._open(head, record)
        elif isinstance(record, Outcome):
            self._close(head, record)
        elif isinstance(record, Correction):
            self._correct(head, record)
        self._connection.execute(
            "UPDATE standing SET standing = ?, records = ?, head = ?, seq = ?, open = ? WHERE no = ?",
            (*self._after(head, standing), head.no),
        )

    def flush(self) -> None:
        """Write what waits to be written together: before a commit, and before anything is read."""
        self._several.write()

    def edit(self, task: StoredTask, note: Note) -> None:
        """Write a changed spec, and a note that says what it is now."""
        packed = pack(task.spec)
        self._connection.execute("UPDATE task SET spec = ?, batch = ? WHERE id = ?", (packed, task.spec.batch, task.id))
        self.append(_with_digest(note, packed), task.standing)

    def delete(self, tasks: Iterable[TaskId], at_ms: int | None) -> None:
        """Take tasks out of every view, or with None back into it."""
        self._connection.executemany("UPDATE task SET deleted_at = ? WHERE id = ?", [(at_ms, task) for task in tasks])

    def drop(self, records: Iterable[int], *, texts: bool, raw: bool) -> None:
        """Take the texts or raw replies of records away and leave their digests; then give the room back."""
        self.flush()
        execute = self._connection.execute
        for id_ in records:
            for old_text, old_raw in tuple(execute("SELECT text, raw FROM record WHERE id = ?", (id_,))):
                gone = digests(old_text if texts else None, old_raw if raw else None)
                execute(DROP, (gone.text or None, gone.raw or None, bool(gone.text), bool(gone.raw), id_))
        for _ in execute("PRAGMA incremental_vacuum"):
            pass

    def _after(self, head: Head, standing: Standing) -> tuple[bytes, int, bytes, int, int | None]:
        """Return what stands of a task after its last record: the columns of `standing` but for its number."""
        return pack(standing), head.records, head.hash, self.seq, min(head.open.values(), default=None)

    def _head(self, task: TaskId) -> Head:
        head = self._heads.get(task)
        if head is None:
            row = self._connection.execute(
                "SELECT no, records, head FROM task JOIN standing USING (no) WHERE id = ?", (task,)
            ).fetchone()
            if row is None:
                raise apsw.ConstraintError(f"{ErrorCode.UNKNOWN_TASK}: {task}")
            head = self._heads[task] = Head(*row)
            head.open.update(self._connection.execute(OPEN.format("id, record") + " AND no = ?", (head.no,)))
        return head

    def _insert(self, head: Head, encoded: Encoded) -> None:
        self._connection.execute(
            "INSERT INTO record (id, kind, at, header, hash, text, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (head.id, encoded.kind, encoded.at_ms, encoded.header, head.hash, encoded.text, encoded.raw),
        )

    def _open(self, head: Head, intent: Intent) -> None:
        """Write an attempt; as long as it is open it counts at its hold."""
        head.open[intent.attempt] = head.id
        self._connection.execute(
            "INSERT INTO attempt (record, id, step, number, batch, provider, model, price_list, provider_request_id,"
            " status, flags, held, cost, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 'open', '', ?, ?, ?)",
            (
                head.id,
                intent.attempt,
                intent.step,
                intent.number,
                intent.batch,
                intent.provider,
                intent.model,
                intent.price_list,
                intent.held,
                intent.held,
                intent.day,
            ),
        )

    def _close(self, head: Head, outcome: Outcome) -> None:
        record = head.open.pop(outcome.attempt, None)
        if record is None:
            raise apsw.ConstraintError(f"no open attempt {outcome.attempt}")
        self._connection.execute(
            "UPDATE attempt SET status = ?, flags = ?, cost = ?, provider_request_id = ? WHERE record = ?",
            (outcome.status, " ".join(outcome.flags), outcome.cost, outcome.provider_request_id, record),
        )
        usage = outcome.usage or Usage()
        sums = (1, outcome.cost, usage.input, usage.cached, usage.output, usage.reasoning)
        self._connection.execute(SPENT, (*sums, record))

    def _correct(self, head: Head, correction: Correction) -> None:
        """Count an attempt at another amount from now on, on the day on which it was made."""
        row = self._connection.execute(
            "SELECT record, cost FROM attempt WHERE record BETWEEN ? AND ? AND id = ?",
            (head.no * PLACES, head.id, correction.attempt),
        ).fetchone()
        if row is None:
            raise apsw.ConstraintError(f"no attempt {correction.attempt}")
        record, before = row
        self._connection.execute("UPDATE attempt SET cost = ? WHERE record = ?", (correction.amount, record))
        self._connection.execute(SPENT, (0, correction.amount - before, 0, 0, 0, 0, record))


def sha256(packed: bytes) -> bytes:
    """Return the digest of a spec as stored."""
    return hashlib.sha256(packed).digest()


def _with_digest(note: Note, packed: bytes) -> Note:
    return msgspec.structs.replace(note, spec_sha256=sha256(packed))
