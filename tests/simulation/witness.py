"""Holds what becomes durable, and what leaves, against what the network knows: only what changed, when it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.cost.port import Level, Scope
from engine.domain.errors import ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.states import AT_REST, FINAL, State, TimeLevel
from engine.domain.step import AttemptStatus, Intent, Note, NoteKind, Outcome, Record
from engine.domain.task import Standing
from engine.store.transactor import Append, Create, Edit, SetFence, Write
from tests.simulation import judgement
from tests.simulation.book import MOVES, Book
from tests.simulation.clock import WorldClock
from tests.simulation.exchange import Exchange
from tests.simulation.takings import Takings
from tests.simulation.trace import Trace


class Witness:
    """Keeps a book for each task."""

    def __init__(self, trace: Trace, clock: WorldClock) -> None:
        """Write to `trace`."""
        self._trace = trace
        self._clock = clock
        self.exchanges: dict[AttemptId, Exchange] = {}
        """The network's."""
        self.books: dict[TaskId, Book] = {}
        self.resting: dict[TaskId, None] = {}
        """Tasks that wait for their person."""
        self.live: dict[TaskId, None] = {}
        """Tasks that wait to run, or run."""
        self.ended: list[TaskId] = []
        """Tasks that came to their end and were not looked at since."""
        self.takings = Takings()
        self.count: Counter[str] = Counter()
        self._by_attempt: dict[AttemptId, TaskId] = {}

    @property
    def now(self) -> float:
        """The virtual time."""
        return self._clock.monotonic()

    @property
    def still_s(self) -> float:
        """Seconds that the process has stood still in this life."""
        return self._clock.loop.still_s if self._clock.loop is not None else 0.0

    @property
    def completed(self) -> int:
        """How many tasks are done."""
        return self.count["completed"]

    # --- what leaves

    def admitted(self, task: TaskId) -> None:
        """Take note that a task's next call may leave: from now on its time is active."""
        book = self.books[task]
        book.admitted_at, book.still_at_admission = self.now, self.still_s

    def arrived(self, attempt: AttemptId, replies: Sequence[str]) -> Intent | None:
        """Judge a request in the moment in which it arrives at a server."""
        task = self._by_attempt.get(attempt)
        book = self.books[task] if task is not None else None
        self._trace.add(self.now, "request", f"{attempt} of {task}")
        self.count["requests"] += 1
        if book is None or book.intent is None or book.intent.attempt != attempt:
            self._trace.fault("unrecorded", f"{attempt} left before its intent was durable")
            return None
        if attempt in self.exchanges:
            self._trace.fault("doubled", f"{attempt} was sent twice")
        if list(replies) != book.replies or book.intent.step != len(book.replies) + 1:
            self._trace.fault("doubled", f"{attempt} asks for step {book.intent.step} after {len(book.replies)} steps")
        if book.stopped:
            self._trace.fault("unheeded", f"{attempt} left though its person had stopped {task}")
        if self.now < book.not_before:
            self._trace.fault("hasty", f"{attempt} came {book.not_before - self.now} s before its server wished")
        for scope in self.takings.arrived(book.intent):
            self._trace.fault("over", f"{attempt} may pass {scope}")
        return book.intent

    # --- what becomes durable

    def committed(self, writes: Sequence[Write]) -> None:
        """Judge a transaction that is durable now."""
        for write in writes:
            match write:
                case Append(record, standing):
                    self._append(record, standing)
                case Create(tasks):
                    for each in tasks:
                        self.books[each.id] = Book(spec=each.spec, standing=each.standing)
                        self.limited(Scope(Level.TASK, each.id), each.spec.budget)
                        self._moved(each.id, self.books[each.id], each.standing)
                case Edit(stored):
                    self.books[stored.id].spec = stored.spec
                    self.limited(Scope(Level.TASK, stored.id), stored.spec.budget)
                    self._trace.add(self.now, "edit", stored.id)
                case SetFence(fence, up):
                    self._trace.add(self.now, "fence", f"{fence.model} {up}")
                case _:
                    self._trace.add(self.now, "write", type(write).__name__)

    def _append(self, record: Record, standing: Standing) -> None:
        book = self.books[record.task]
        match record:
            case Intent():
                self._intent(book, record, standing)
            case Outcome():
                self._outcome(book, record, standing)
            case Note(kind=NoteKind.STATE):
                self._state(book, record, standing)
            case _:
                self._trace.add(self.now, type(record).__name__, f"{record.task} {standing.wanted}")
        if standing.state not in MOVES[book.standing.state]:
            self._trace.fault("illegal", f"{record.task}: {book.standing.state} to {standing.state}")
        self._moved(record.task, book, standing)

    def _intent(self, book: Book, intent: Intent, standing: Standing) -> None:
        self._trace.add(self.now, "intent", f"{intent.attempt} {intent.step}.{intent.number} {intent.held}")
        if book.intent is not None:
            self._trace.fault("doubled", f"{intent.attempt} while {book.intent.attempt} is open")
        book.intent, book.before = intent, standing
        self._by_attempt[intent.attempt] = intent.task

    def _outcome(self, book: Book, outcome: Outcome, standing: Standing) -> None:
        self._trace.add(self.now, "outcome", f"{outcome.attempt} {outcome.status} {outcome.error} {outcome.cost}")
        intent, book.intent = book.intent, None
        exchange = self.exchanges.pop(outcome.attempt, None)
        if intent is None or intent.attempt != outcome.attempt:
            self._trace.fault("unrecorded", f"{outcome.attempt} ended and had not begun")
            return
        del self._by_attempt[outcome.attempt]
        self.count[outcome.status] += 1
        self.count[f"{outcome.status} {outcome.error}"] += bool(outcome.error)
        self._tell(outcome.attempt, judgement.of_reply(book, exchange, outcome))
        self._tell(outcome.attempt, judgement.of_money(exchange, outcome, intent.held))
        self._tell(outcome.attempt, judgement.of_time(book, standing, self.now, self.still_s))
        if outcome.error in set(TimeLevel) and exchange is not None:
            self._tell(outcome.attempt, judgement.of_deadline(book, exchange, TimeLevel(outcome.error)))
        if exchange is not None:
            self.takings.ended(intent, exchange.billed)
            book.not_before = self._not_before(exchange)
        book.costs += outcome.cost
        if outcome.status is AttemptStatus.ACCEPTED:
            book.replies.append(outcome.text)
        if (standing.spent, standing.steps_done) != (book.costs, len(book.replies)):
            self._trace.fault("under", f"{outcome.task} stands at {standing.spent}, should at {book.costs}")

    def _not_before(self, exchange: Exchange) -> float:
        """Return when a server lets a task come again; a date means nothing to a clock that was set meanwhile."""
        wait, told_at = exchange.plan.retry_after_s, exchange.hung_up_at
        if wait is None or told_at is None or not exchange.answered:
            return 0.0
        if exchange.plan.by_date:
            return 0.0 if exchange.offset_ms != self._clock.offset_ms else exchange.sent_at + wait
        return told_at + wait - judgement.EXACT_S

    def _state(self, book: Book, note: Note, standing: Standing) -> None:
        self._trace.add(self.now, "state", f"{note.task} {note.code}")
        self.count[note.code] += 1
        if standing.state in AT_REST and book.intent is not None:
            self._trace.fault("illegal", f"{note.task} rests while {book.intent.attempt} is open")
        if standing.state in AT_REST - FINAL and not standing.reason:
            self._trace.fault("stuck", f"{note.task} rests without a reason")
        if standing.reason == ErrorCode.INTERNAL:
            self._trace.fault("internal", f"{note.task}: {standing.detail}")

    def _moved(self, task: TaskId, book: Book, standing: Standing) -> None:
        before, book.standing = book.standing.state, standing
        book.changed_at, book.still_at_change = self.now, self.still_s
        self.count["completed"] += standing.state is State.COMPLETED and before is not State.COMPLETED
        self.live.pop(task, None)
        self.resting.pop(task, None)
        if standing.state in FINAL:
            self.ended += [task] if before not in FINAL else []
        elif standing.state in AT_REST:
            self.resting[task] = None
        else:
            self.live[task] = None

    def _tell(self, about: str, faults: Iterable[tuple[str, str]]) -> None:
        for kind, what in faults:
            self._trace.fault(kind, f"{about}: {what}")

    # --- what its person did

    def heard(self, tasks: Iterable[TaskId], *, stops: bool) -> None:
        """Take note of an act that tasks accepted."""
        for task in tasks:
            book = self.books[task]
            book.stopped = stops
            book.not_before = 0.0

    def limited(self, scope: Scope, limit: int | None) -> None:
        """Take note of a limit."""
        self.takings.limits[scope] = limit
