"""Looks as the window does, at what changed, and reads what came to its end: the same must be shown, kept and known."""

from __future__ import annotations

import asyncio
import gc
import heapq
import math

from engine.cost.port import Level, Scope
from engine.domain.ids import TaskId
from engine.domain.states import AT_REST, Phase, State
from engine.domain.task import TaskSnapshot
from engine.runtime.accounts import EVERYTHING
from engine.runtime.supervisor import Supervisor
from engine.store.port import StoreReader
from tests.simulation import judgement
from tests.simulation.loop import LONG_S
from tests.simulation.trace import Trace
from tests.simulation.witness import Witness

LOOK_S = 20.0
QUIET_S = 3600.0
"""Seconds without any record after which a task that runs hangs: longer than any limit of a call and any wait."""

WAITS = (
    Phase.WAITING_SLOT,
    Phase.WAITING_RATE_LIMIT,
    Phase.WAITING_PROVIDER,
    Phase.WAITING_HELD,
    Phase.QUEUED,
    Phase.AWAITING_CONSENT,
)


class Watcher:
    """Looks every few seconds; its work is that of what changed."""

    def __init__(self, witness: Witness, trace: Trace) -> None:
        """Look for `witness`."""
        self._witness = witness
        self._trace = trace
        self._due: list[tuple[float, TaskId]] = []
        self._looked_after: set[TaskId] = set()
        self.audited = 0

    async def compare(self, store: StoreReader) -> None:
        """See, before an engine opens it, that a store has what was durable when the life before it ended."""
        found = {stored.id: stored.standing for stored in await store.scan()}
        for task, book in self._witness.books.items():
            if found.get(task) != book.standing:
                self._trace.fault("forgotten", f"{task} stands at {found.get(task)}, stood at {book.standing}")

    async def live(self, engine: Supervisor) -> None:
        """Look for the length of a life."""
        self._due.clear()
        self._looked_after.clear()
        while True:
            await asyncio.sleep(LOOK_S)
            await self._all_awake()
            await self.look(engine)
            gc.collect(0)

    async def _all_awake(self) -> None:
        """After a stand-still, let everything that fell due meanwhile have its turn first."""
        before = -math.inf
        while self._witness.now - before > LONG_S:
            before = self._witness.now
            await asyncio.sleep(0.1)

    async def look(self, engine: Supervisor) -> None:
        """Look once."""
        batch = engine.drain()
        for snapshot in (*batch.added, *batch.changed):
            self._shown(engine, snapshot)
        self._quiet(engine)
        totals = engine.balance(EVERYTHING)
        if totals.spent + totals.held < self._witness.takings.taken[EVERYTHING]:
            self._trace.fault("under", f"the ledger counts {totals}, taken {self._witness.takings.taken[EVERYTHING]}")
        ended = self._witness.ended
        while ended:  # a crash amid an audit leaves it to the next life
            await self._audit(engine, ended[0])
            del ended[0]

    def _shown(self, engine: Supervisor, snapshot: TaskSnapshot) -> None:
        book, standing = self._witness.books[snapshot.id], snapshot.standing
        if standing.steps_done > len(book.replies) and snapshot.id not in self._witness.ended and book.replies:
            self._trace.fault("illegal", f"{snapshot.id} shown at step {standing.steps_done} of {len(book.replies)}")
        if snapshot.phase_until is not None and self._witness.now > snapshot.phase_until + judgement.LATE_S:
            self._trace.fault("stuck", f"{snapshot.id} is {snapshot.phase}, should have gone on")
        own = engine.balance(Scope(Level.TASK, snapshot.id))
        if snapshot.state in AT_REST and own.held:
            self._trace.fault("under", f"{snapshot.id} rests and holds {own.held}")
        if own.limit is not None and own.spent + own.held > max(own.limit, own.spent):
            self._trace.fault("over", f"{snapshot.id}: {own}")
        if snapshot.state not in AT_REST and snapshot.id not in self._looked_after:
            self._looked_after.add(snapshot.id)
            heapq.heappush(self._due, (self._witness.now + QUIET_S, snapshot.id))

    def _quiet(self, engine: Supervisor) -> None:
        """See that no task that could go on has been quiet for too long."""
        witness = self._witness
        while self._due and self._due[0][0] <= witness.now:
            _, task = heapq.heappop(self._due)
            book = witness.books[task]
            if book.standing.state in AT_REST:
                self._looked_after.discard(task)
                continue
            quiet = witness.now - book.changed_at - (witness.still_s - book.still_at_change)
            if quiet < QUIET_S or self._may_wait(engine, task):
                heapq.heappush(self._due, (witness.now + max(60.0, QUIET_S - quiet), task))
                continue
            self._trace.fault("stuck", f"{engine.snapshot(task)} for {quiet} s")
            self._looked_after.discard(task)

    def _may_wait(self, engine: Supervisor, task: TaskId) -> bool:
        """Whether a task stands in a line behind others that have its place."""
        snapshot = engine.snapshot(task)
        if snapshot.state is State.PENDING:
            totals = engine.totals()
            running = totals.by_state.get(State.RUNNING, 0) + totals.by_state.get(State.CHECKPOINTING, 0)
            return snapshot.phase is Phase.AWAITING_CONSENT or running >= totals.running_limit
        return snapshot.phase in WAITS

    async def _audit(self, engine: Supervisor, task: TaskId) -> None:
        """Read a task that has come to its end: it has every step, each once, in the words of the network."""
        book = self._witness.books[task]
        steps = await engine.steps(task)
        kept = [step.accepted.text for step in steps if step.accepted]
        if kept != book.replies:
            self._trace.fault("lost", f"{task} keeps {len(kept)} steps, the network gave {len(book.replies)}")
        if book.standing.state is State.COMPLETED and len(kept) != book.spec.total_steps:
            self._trace.fault("lost", f"{task} completed after {len(kept)} of {book.spec.total_steps} steps")
        if sum(step.cost for step in steps) != book.standing.spent:
            self._trace.fault("under", f"{task} stands at {book.standing.spent}, its attempts say otherwise")
        self._witness.count["steps"] += len(kept)
        book.replies.clear()
        self.audited += 1
