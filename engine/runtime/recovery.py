"""What the engine does at start with what an earlier run left: nothing is sent, nothing is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.states import LIVE, Event, PauseReason, Phase, State, Wanted
from engine.domain.step import AttemptRecord, AttemptStatus, Flag, Outcome
from engine.runtime.bookkeeping import changes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.domain.ids import AttemptId
    from engine.runtime.journal import Journal
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register


def recover(
    register: Register,
    journal: Journal,
    open_attempts: Iterable[AttemptRecord],
    at_ms: int,
    texts: Mapping[AttemptId, str],
) -> None:
    """Queue the records by which every task stands as it must after an end of the program.

    An attempt without an outcome becomes UNKNOWN and counts as spent at its hold; `texts` has what had arrived. What
    ran is PAUSED: as the person had asked, or for the interruption. What waited to run keeps its place and waits for
    consent.
    """
    for attempt in open_attempts:
        if attempt.intent.task in register:
            _unknown(register.get(attempt.intent.task), journal, attempt, at_ms, texts.get(attempt.intent.attempt, ""))
    for record in register:
        if record.tip.state in LIVE:
            _interrupted(record, journal)
        elif record.tip.state is State.PENDING:
            record.phase = Phase.AWAITING_CONSENT
            register.note_interruption(record)


def _unknown(record: TaskRecord, journal: Journal, attempt: AttemptRecord, at_ms: int, text: str) -> None:
    intent = attempt.intent
    unknown = Outcome(
        task=intent.task,
        step=intent.step,
        attempt=intent.attempt,
        status=AttemptStatus.UNKNOWN,
        text=text,
        cost=intent.held,
        flags=(Flag.ASSUMED,) if intent.held else (),
        at_ms=at_ms,
    )
    undecided = record.tip.undecided | ({intent.attempt: intent.held} if intent.held else {})
    changes = changes_of(record.tip, unknown, 0.0, None)
    journal.outcome(record, unknown, **changes, unknown=len(undecided), undecided=undecided)


def _interrupted(record: TaskRecord, journal: Journal) -> None:
    match record.tip.wanted:
        case Wanted.CANCEL:
            journal.state(record, Event.CANCEL)
        case Wanted.NOTHING:
            journal.state(record, Event.PAUSE, PauseReason.INTERRUPTION)
        case _:
            journal.state(record, Event.PAUSE, PauseReason.USER)
